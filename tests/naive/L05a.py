"""Only open transactions hold the window back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSource


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore running statements."""
    clock = MySQLSource.clock
    monkeypatch.setattr(MySQLSource, "clock", lambda self, *a: _without_statements(clock(self, *a)))


def _without_statements(reading: Any) -> Any:
    return replace(reading, writers=tuple(w for w in reading.writers if w.kind == "transaction"))
