"""The window ends now, although transactions are open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSource


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore open transactions and running statements."""
    clock = MySQLSource.clock
    monkeypatch.setattr(MySQLSource, "clock", lambda self, *a: _without_writers(clock(self, *a)))


def _without_writers(reading: Any) -> Any:
    return replace(reading, writers=())
