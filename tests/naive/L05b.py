"""The window ends at MAX(id)."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.safe_point import SafePoint
from mysql_redshift.steps.planning import safe_point


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use MAX(id) immediately."""

    def at_once(now: Any, previous: Any, **bounds: Any) -> SafePoint:
        return SafePoint(upper=Position(kind=PositionKind.ID, value=now.maximum + 1), reason="maximum")

    monkeypatch.setattr(safe_point, "id_safe_point", at_once)
