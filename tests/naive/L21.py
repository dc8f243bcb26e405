"""Every key is compared by its text."""

from __future__ import annotations

import pytest

from mysql_redshift.core.sql import source as source_sql


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat ENUM, SET and BIT like text."""
    monkeypatch.setattr(source_sql, "_sorts_by_number", lambda column: False)
