"""An integer cursor is compared with the text of a date."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mysql_redshift.core import window_decision
from mysql_redshift.core.position import Position


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the leading digits, as MySQL does in a comparison."""

    def digits(kind: Any, text: str) -> Position:
        return Position(kind=kind, value=int(re.match(r"\d*", text).group() or 0))  # type: ignore[union-attr]

    monkeypatch.setattr(window_decision, "parse_position", digits)
