"""Statements over the target table. Every column list is in the schema's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import LayoutRef, TargetRef
from mysql_redshift.core.sql.merge_keys import compared_keys, match_keys
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.core.window import Window


def table(ref: TargetRef) -> str:
    """Return the quoted target."""
    return quoting.redshift_name(ref.schema, ref.table)


def create_schema(name: str) -> str:
    """Create a schema unless it exists."""
    return f"CREATE SCHEMA IF NOT EXISTS {quoting.redshift_name(name)}"


def find_schema(name: str) -> str:
    """Return one row if the schema exists."""
    return f"SELECT 1 FROM pg_namespace WHERE nspname = {quoting.redshift_string(name.lower())}"


def create(ref: TargetRef, schema: TableSchema, layout: LayoutRef, primary_key: Sequence[str]) -> str:
    """Create the target and declare ``primary_key``, which may be empty.

    Only key columns are NOT NULL, because any other column may be dropped at the source.
    """
    keys = set(schema.key)
    columns = []
    for c in schema.columns:
        encode = f" ENCODE {layout.encode[c.name].upper()}" if c.name in layout.encode else ""
        not_null = " NOT NULL" if c.name in keys else ""
        columns.append(f"{quoting.redshift_name(c.target)} {c.redshift_type}{encode}{not_null}")
    if primary_key:
        columns.append(f"PRIMARY KEY ({_names(primary_key)})")
    parts = [f"CREATE TABLE {table(ref)} ({', '.join(columns)})"]
    if layout.dist_style:
        parts.append(f"DISTSTYLE {layout.dist_style.upper()}")
    if layout.dist_key:
        parts.append(f"DISTKEY ({quoting.redshift_name(schema.column(layout.dist_key).target)})")
    if layout.sort_key:
        parts.append(f"SORTKEY ({_names(schema.column(name).target for name in layout.sort_key)})")
    return " ".join(parts)


def widen_column(ref: TargetRef, column: Column) -> str:
    """Widen a VARCHAR or VARBYTE; Redshift refuses this inside a transaction block."""
    name = quoting.redshift_name(column.target)
    return f"ALTER TABLE {table(ref)} ALTER COLUMN {name} TYPE {column.redshift_type}"


def add_column(ref: TargetRef, column: Column) -> str:
    """Add one column; Redshift accepts one per statement."""
    return f"ALTER TABLE {table(ref)} ADD COLUMN {quoting.redshift_name(column.target)} {column.redshift_type}"


def insert(ref: TargetRef, source: str, columns: Sequence[Column]) -> str:
    """Insert the rows of ``source`` into the target, naming every column."""
    values = ", ".join(c.insert.format(name=quoting.redshift_name(c.target)) for c in columns)
    return f"INSERT INTO {table(ref)} ({_names(c.target for c in columns)}) SELECT {values} FROM {source}"


def delete_matching(ref: TargetRef, source: str, schema: TableSchema) -> str:
    """Delete the target's rows whose key is in ``source``."""
    name = table(ref)
    return f"DELETE FROM {name} USING {source} WHERE {match_keys(schema, name, source)}"


def delete_all(ref: TargetRef) -> str:
    """Delete every row inside the transaction; TRUNCATE would commit it."""
    return f"DELETE FROM {table(ref)}"


def delete_window(ref: TargetRef, schema: TableSchema, cursor: Cursor, window: Window, *, nulls: bool) -> str:
    """Delete the target's rows inside a window; at the value of a lower bound with a key, none.

    ``nulls``: without a lower bound, also delete rows whose cursor is NULL in the target: they were loaded before the
    table had this cursor.
    """
    name = _cursor(schema, cursor)
    below = f"{name} < {_literal(cursor, window.upper)}"
    if window.lower is None:
        return f"DELETE FROM {table(ref)} WHERE {below}{f' OR {name} IS NULL' if nulls else ''}"
    return f"DELETE FROM {table(ref)} WHERE {below} AND {_above(name, cursor, window.lower)}"


def delete_null_cursors(ref: TargetRef, schema: TableSchema, cursor: Cursor) -> str:
    """Delete the target's rows whose cursor is NULL: every run reads them again."""
    return f"DELETE FROM {table(ref)} WHERE {_cursor(schema, cursor)} IS NULL"


def count(ref: TargetRef) -> str:
    """Count the target's rows."""
    return f"SELECT COUNT(*) FROM {table(ref)}"


def count_keys(ref: TargetRef, schema: TableSchema) -> str:
    """Count the target's distinct keys by reading every row.

    Redshift's planner trusts a declared primary key and drops a GROUP BY of its bare columns, so that duplicates would
    stay hidden. It infers nothing about expressions (AWS developer guide, "Defining table constraints").
    """
    keys = ", ".join(f"CASE WHEN {key} IS NULL THEN NULL ELSE {key} END" for key in compared_keys(schema))
    return f"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {table(ref)} GROUP BY {keys}) AS k"


def count_matching_keys(ref: TargetRef, source: str, schema: TableSchema) -> str:
    """Count the keys of ``source`` that the target already holds."""
    match = match_keys(schema, "t", "s")
    return f"SELECT COUNT(*) FROM {source} AS s WHERE EXISTS (SELECT 1 FROM {table(ref)} AS t WHERE {match})"


def count_window(ref: TargetRef, schema: TableSchema, cursor: Cursor, window: Window) -> str:
    """Count the target's rows inside a window, erring on the high side.

    A key at the lower bound is ignored. A window without a lower bound also counts NULL cursors, because a policy may
    have turned zero dates into NULL.
    """
    name = _cursor(schema, cursor)
    below = f"{name} < {_literal(cursor, window.upper)}"
    if window.lower is None:
        return f"{count(ref)} WHERE {below} OR {name} IS NULL"
    return f"{count(ref)} WHERE {below} AND {name} >= {_literal(cursor, window.lower.value)}"


def _above(name: str, cursor: Cursor, lower: Position) -> str:
    return f"{name} {'>=' if lower.key is None else '>'} {_literal(cursor, lower.value)}"


def _cursor(schema: TableSchema, cursor: Cursor) -> str:
    return quoting.redshift_name(schema.column(cursor.column).target)


def _literal(cursor: Cursor, value: int) -> str:
    """Return the cursor's value as the target stores it: the same digits or wall clock as at the source."""
    text = cursor.literal(value)
    return text if cursor.kind in (CursorKind.INTEGER, CursorKind.UNIX) else quoting.redshift_string(text.strip("'"))


def _names(names: Iterable[str]) -> str:
    return ", ".join(quoting.redshift_name(name) for name in names)
