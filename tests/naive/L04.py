"""A limited read goes on behind the boundary's timestamp."""

from __future__ import annotations

import pytest

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.position import Position
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read on at ``cursor > x``."""

    def above(schema: TableSchema, cursor: Cursor, position: Position) -> str:
        return f"{cursor.column} > {cursor.literal(position.value)}"

    monkeypatch.setattr(source_sql, "_above", above)
