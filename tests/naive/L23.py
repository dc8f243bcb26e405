"""NULL cursors are found with IS NULL."""

from __future__ import annotations

import pytest

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.sql import source as source_sql


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Select rows without a cursor value with IS NULL."""

    def is_null(cursor: Cursor) -> str:
        return f"{quoting.mysql_name(cursor.column)} IS NULL"

    monkeypatch.setattr(source_sql, "_is_null", is_null)
