"""The window ends now, whoever is still writing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSource


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the clock only."""
    clock = MySQLSource.clock
    monkeypatch.setattr(MySQLSource, "clock", lambda self, *a: _alone(clock(self, *a)))


def _alone(reading: Any) -> Any:
    return replace(reading, writers=())
