"""Only open transactions hold the window back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSource


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for transactions only."""
    clock = MySQLSource.clock
    monkeypatch.setattr(MySQLSource, "clock", lambda self, *a: _transactions(clock(self, *a)))


def _transactions(reading: Any) -> Any:
    return replace(reading, writers=tuple(w for w in reading.writers if w.kind == "transaction"))
