"""Statements about the cursor column as a whole: its index, its largest values, the rows beside a value."""

from __future__ import annotations

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.spec import SourceRef
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window


def maximum(source: SourceRef, cursor: Cursor) -> str:
    """Select the largest id."""
    return f"SELECT MAX({quoting.mysql_name(cursor.column)}) FROM {source_sql.table(source)}"


def next_auto_increment(source: SourceRef, cursor: Cursor) -> str:
    """Select the next id that the server gives out; no row if the cursor is not the AUTO_INCREMENT column."""
    return (
        "SELECT t.AUTO_INCREMENT FROM information_schema.TABLES t JOIN information_schema.COLUMNS c "
        "ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME "
        f"WHERE t.TABLE_SCHEMA = {quoting.mysql_string(source.database)} "
        f"AND t.TABLE_NAME = {quoting.mysql_string(source.table)} "
        f"AND c.COLUMN_NAME = {quoting.mysql_string(cursor.column)} AND c.EXTRA LIKE '%auto_increment%'"
    )


def newest(source: SourceRef, cursor: Cursor, *, up_to: int) -> str:
    """Select the largest cursor at or below ``up_to``, as text."""
    name = _name(cursor)
    value = cursor.literal(up_to)
    return f"SELECT CAST(MAX({name}) AS CHAR) FROM {source_sql.table(source)} WHERE {name} <= {value}"


def leading_index(source: SourceRef, cursor: Cursor) -> str:
    """Select one row if an index of the table begins with the cursor; a view has no index."""
    return (
        "SELECT INDEX_NAME FROM information_schema.STATISTICS "
        f"WHERE TABLE_SCHEMA = {quoting.mysql_string(source.database)} "
        f"AND TABLE_NAME = {quoting.mysql_string(source.table)} AND SEQ_IN_INDEX = 1 "
        f"AND COLUMN_NAME = {quoting.mysql_string(cursor.column)} AND INDEX_TYPE <> 'HASH' LIMIT 1"
    )


def count_beside(source: SourceRef, cursor: Cursor, value: int, *, beyond: bool, at_most: int | None) -> str:
    """Count the rows above ``value``, or those at or below it; the count stops at ``at_most`` rows."""
    condition = source_sql.is_beyond(cursor, value) if beyond else f"{_name(cursor)} <= {cursor.literal(value)}"
    limit = "" if at_most is None else f" LIMIT {quoting.integer(at_most)}"
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM {source_sql.table(source)} WHERE {condition}{limit}) AS counted"


def count_window(source: SourceRef, schema: TableSchema, cursor: Cursor, window: Window, *, at_most: int) -> str:
    """Count the rows inside a window; the count stops at ``at_most`` rows."""
    condition = source_sql.window_clause(schema, cursor, window)
    limit = quoting.integer(at_most)
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM {source_sql.table(source)} WHERE {condition} LIMIT {limit}) AS counted"


def sample(source: SourceRef, cursor: Cursor, *, rows: int) -> str:
    """Select the smallest and largest cursor of some ``rows`` rows, without a scan of the table."""
    inner = f"SELECT {_name(cursor)} AS c FROM {source_sql.table(source)} LIMIT {quoting.integer(rows)}"
    return f"SELECT MIN(c), MAX(c) FROM ({inner}) AS sampled"


def _name(cursor: Cursor) -> str:
    return quoting.mysql_name(cursor.column)
