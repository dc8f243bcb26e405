"""A limited run continues after the timestamp of the boundary."""

from __future__ import annotations

import pytest

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.position import Position
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read rows with ``cursor > x``."""

    def above(schema: TableSchema, cursor: Cursor, position: Position) -> str:
        return f"{cursor.column} > {cursor.literal(position.value)}"

    monkeypatch.setattr(source_sql, "_above", above)
