"""The statements of one load, from staging to target. Names are Redshift's; every column list is the schema's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.spec import LayoutRef, TargetRef
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.core.window import Window


@dataclass(frozen=True, kw_only=True)
class Staging:
    """The temporary tables of one load: ``table`` takes the COPYs, ``newest`` holds one row a key."""

    load_id: str

    @property
    def table(self) -> str:
        """The quoted staging table."""
        return quoting.redshift_name(f"mr_staging_{self.load_id}")

    @property
    def newest(self) -> str:
        """The quoted table of the newest row of each key."""
        return quoting.redshift_name(f"mr_newest_{self.load_id}")


def target(ref: TargetRef) -> str:
    """Return the quoted target."""
    return quoting.redshift_name(ref.schema, ref.table)


def compared_keys(schema: TableSchema, table: str = "") -> list[str]:
    """Return the key's columns as they are compared and grouped.

    Redshift disregards trailing blanks of a VARCHAR; where the source's collation does not, a mark behind the text
    keeps 'a' and 'a ' apart. Otherwise a merge of one would delete the other.
    """
    found = []
    for name in schema.key:
        column = schema.column(name)
        text = f"{table}." * bool(table) + quoting.redshift_name(column.target)
        found.append(f"({text} || '|')" if column.blanks_count else text)
    return found


def match_keys(schema: TableSchema, one: str, other: str) -> str:
    """Return the condition that rows of two tables have the same key."""
    pairs = zip(compared_keys(schema, one), compared_keys(schema, other), strict=True)
    return " AND ".join(f"{left} = {right}" for left, right in pairs)


def sequence_column(columns: Sequence[Column]) -> str:
    """Return a name for the sequence that no column bears."""
    name = "_seq"
    while any(column.target == name for column in columns):
        name = "_" + name
    return name


def create_target(ref: TargetRef, schema: TableSchema, layout: LayoutRef) -> str:
    """Create the target. Only keys are NOT NULL, since other columns may go away one day."""
    keys = set(schema.key)
    columns = []
    for c in schema.columns:
        encode = f" ENCODE {layout.encode[c.name].upper()}" if c.name in layout.encode else ""
        not_null = " NOT NULL" if c.name in keys else ""
        columns.append(f"{quoting.redshift_name(c.target)} {c.redshift_type}{encode}{not_null}")
    if keys:
        columns.append(f"PRIMARY KEY ({_names(schema.key_targets)})")
    parts = [f"CREATE TABLE {target(ref)} ({', '.join(columns)})"]
    if layout.dist_style:
        parts.append(f"DISTSTYLE {layout.dist_style.upper()}")
    if layout.dist_key:
        parts.append(f"DISTKEY ({quoting.redshift_name(schema.column(layout.dist_key).target)})")
    if layout.sort_key:
        parts.append(f"SORTKEY ({_names(schema.column(name).target for name in layout.sort_key)})")
    return " ".join(parts)


def create_schema(ref: TargetRef) -> str:
    """Create the target's schema where it is missing."""
    return f"CREATE SCHEMA IF NOT EXISTS {quoting.redshift_name(ref.schema)}"


def widen_column(ref: TargetRef, column: Column) -> str:
    """Widen a VARCHAR or VARBYTE; Redshift refuses this inside a transaction block."""
    name = quoting.redshift_name(column.target)
    return f"ALTER TABLE {target(ref)} ALTER COLUMN {name} TYPE {column.redshift_type}"


def add_column(ref: TargetRef, column: Column) -> str:
    """Add one column: Redshift takes one a statement."""
    return f"ALTER TABLE {target(ref)} ADD COLUMN {quoting.redshift_name(column.target)} {column.redshift_type}"


def create_staging(staging: Staging, columns: Sequence[Column]) -> str:
    """Create the staging table: what COPY fills, then the sequence, which no file holds."""
    body = ", ".join(f"{quoting.redshift_name(c.target)} {c.staging_type}" for c in columns)
    sequence = quoting.redshift_name(sequence_column(columns))
    return f"CREATE TEMP TABLE {staging.table} ({body}, {sequence} BIGINT)"


def copy(staging: Staging, columns: Sequence[Column], manifest_uri: str, iam_role: str) -> str:
    """COPY the files of one manifest; the columns are those of the files' own footers, by position."""
    return (
        f"COPY {staging.table} ({_names(c.target for c in columns)}) FROM {quoting.redshift_string(manifest_uri)} "
        f"IAM_ROLE {quoting.redshift_string(iam_role)} FORMAT AS PARQUET MANIFEST"
    )


def stamp(staging: Staging, columns: Sequence[Column], sequence: int) -> str:
    """Give the rows just copied their sequence. The last COPY of a load keeps NULL, which counts as newest."""
    name = quoting.redshift_name(sequence_column(columns))
    return f"UPDATE {staging.table} SET {name} = {quoting.integer(sequence)} WHERE {name} IS NULL"


def count_staging(staging: Staging) -> str:
    """Count the staged rows."""
    return f"SELECT COUNT(*) FROM {staging.table}"


def count_keys(staging: Staging, schema: TableSchema) -> str:
    """Count the distinct keys of the staged rows."""
    return (
        f"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {staging.table} GROUP BY {', '.join(compared_keys(schema))}) AS k"
    )


def keep_newest(staging: Staging, columns: Sequence[Column], schema: TableSchema, cursor: Cursor | None) -> str:
    """Keep one row a key: that of the latest sequence, within one sequence that with the latest cursor."""
    names = _names(c.target for c in columns)
    sequence = quoting.redshift_name(sequence_column(columns))
    order = [f"CASE WHEN {sequence} IS NULL THEN 1 ELSE 0 END DESC", f"{sequence} DESC"]
    if cursor is not None:
        order.append(f"{quoting.redshift_name(schema.column(cursor.column).target)} DESC")
    rank = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(compared_keys(schema))} ORDER BY {', '.join(order)})"
    inner = f"SELECT {names}, {rank} AS mr_rank FROM {staging.table}"
    return f"CREATE TEMP TABLE {staging.newest} AS SELECT {names} FROM ({inner}) AS ranked WHERE mr_rank = 1"


def delete_matching(ref: TargetRef, source: str, schema: TableSchema) -> str:
    """Delete the target's rows whose key is in ``source``."""
    name = target(ref)
    return f"DELETE FROM {name} USING {source} WHERE {match_keys(schema, name, source)}"


def count_matching_keys(ref: TargetRef, source: str, schema: TableSchema) -> str:
    """Count the keys of ``source`` that the target holds already."""
    match = match_keys(schema, "t", "s")
    return f"SELECT COUNT(*) FROM {source} AS s WHERE EXISTS (SELECT 1 FROM {target(ref)} AS t WHERE {match})"


def delete_all(ref: TargetRef) -> str:
    """Empty the target inside the transaction; TRUNCATE would commit it."""
    return f"DELETE FROM {target(ref)}"


def delete_window(ref: TargetRef, schema: TableSchema, cursor: Cursor, window: Window) -> str:
    """Delete the target's rows inside a window whose lower bound has no key.

    A window that is open below reads every row again: those whose cursor is NULL in the target were zero dates, or
    were loaded before the table had this cursor.
    """
    name = quoting.redshift_name(schema.column(cursor.column).target)
    below = f"{name} < {_literal(cursor, window.upper)}"
    if window.lower is None:
        return f"DELETE FROM {target(ref)} WHERE {below} OR {name} IS NULL"
    return f"DELETE FROM {target(ref)} WHERE {below} AND {name} >= {_literal(cursor, window.lower.value)}"


def delete_null_cursors(ref: TargetRef, schema: TableSchema, cursor: Cursor) -> str:
    """Delete the target's rows whose cursor is NULL: they are read anew by every run."""
    return f"DELETE FROM {target(ref)} WHERE {quoting.redshift_name(schema.column(cursor.column).target)} IS NULL"


def insert(ref: TargetRef, source: str, columns: Sequence[Column]) -> str:
    """Insert ``source`` into the target, naming every column."""
    values = ", ".join(c.insert.format(name=quoting.redshift_name(c.target)) for c in columns)
    return f"INSERT INTO {target(ref)} ({_names(c.target for c in columns)}) SELECT {values} FROM {source}"


def count_target(ref: TargetRef) -> str:
    """Count the target's rows."""
    return f"SELECT COUNT(*) FROM {target(ref)}"


def count_target_keys(ref: TargetRef, schema: TableSchema) -> str:
    """Count the target's distinct keys, row by row.

    Redshift's planner believes a declared primary key and leaves the grouping of its bare columns away: a doubled row
    would never be found. It infers nothing about expressions (AWS developer guide, table constraints).
    """
    keys = ", ".join(f"CASE WHEN {key} IS NULL THEN NULL ELSE {key} END" for key in compared_keys(schema))
    return f"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {target(ref)} GROUP BY {keys}) AS k"


def count_target_window(ref: TargetRef, schema: TableSchema, cursor: Cursor, window: Window) -> str:
    """Count the target's rows inside a window, rather too many than too few.

    A key at its lower bound is disregarded; a window that is open below holds zero dates, of which a policy may have
    made NULL.
    """
    name = quoting.redshift_name(schema.column(cursor.column).target)
    below = f"{name} < {_literal(cursor, window.upper)}"
    if window.lower is None:
        return f"{count_target(ref)} WHERE {below} OR {name} IS NULL"
    return f"{count_target(ref)} WHERE {below} AND {name} >= {_literal(cursor, window.lower.value)}"


def _literal(cursor: Cursor, value: int) -> str:
    """Return the cursor's value as it stands in the target: the same digits or the same wall clock as at the source."""
    text = cursor.literal(value)
    return text if cursor.kind in (CursorKind.INTEGER, CursorKind.UNIX) else quoting.redshift_string(text.strip("'"))


def _names(names: Iterable[str]) -> str:
    return ", ".join(quoting.redshift_name(name) for name in names)
