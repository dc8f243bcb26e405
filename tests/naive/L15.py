"""An integer cursor is compared with the text of a date."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mysql_redshift.core import window_decision
from mysql_redshift.core.position import Position


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare as MySQL would: the digits at the beginning."""

    def digits(kind: Any, text: str) -> Position:
        return Position(kind=kind, value=int(re.match(r"\d*", text).group() or 0))  # type: ignore[union-attr]

    monkeypatch.setattr(window_decision, "parse_position", digits)
