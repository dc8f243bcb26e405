"""The key file: every key of the source with its cursor, read in one snapshot, and what the target is told by it."""

from __future__ import annotations

from collections.abc import Iterable

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.core.sql.merge import Staging, match_keys, target
from mysql_redshift.core.types.column import Cell, Column, TableSchema

COMPARABLE = "mr_comparable"


def key_schema(schema: TableSchema, cursor: Cursor, comparable: str = "0") -> TableSchema:
    """Return the columns of a key file: the key, the cursor, and 1 where the source's condition ``comparable`` holds.

    The columns keep their types and policies, so that equal values at both ends stay equal.
    """
    names = dict.fromkeys((*schema.key, cursor.column))
    columns = [schema.column(name) for name in names]
    flag = Column(
        name=COMPARABLE,
        target=comparable_column(schema),
        source_type="bigint",
        cell=Cell.INT64,
        redshift_type="BIGINT",
        staging_type="BIGINT",
        nullable=False,
        select=comparable.replace("{", "{{").replace("}", "}}"),
    )
    return TableSchema(columns=(*columns, flag), key=schema.key)


def comparable_column(schema: TableSchema) -> str:
    """Return a name for the mark that no column bears."""
    name = COMPARABLE
    while any(column.target == name for column in schema.columns):
        name = "_" + name
    return name


def missing(ref: TargetRef, staging: Staging, schema: TableSchema) -> str:
    """Return FROM and WHERE of the judged keys that the target lacks."""
    first = quoting.redshift_name(schema.key_targets[0])
    return (
        f"FROM {staging.table} AS s LEFT JOIN {target(ref)} AS t ON {match_keys(schema, 't', 's')} "
        f"WHERE s.{_mark(schema)} = 1 AND t.{first} IS NULL"
    )


def stale(ref: TargetRef, staging: Staging, schema: TableSchema, cursor: Cursor) -> str:
    """Return FROM and WHERE of the judged keys whose cursor in the target is another one."""
    name = quoting.redshift_name(schema.column(cursor.column).target)
    # A policy may have made NULL of a zero date, at both ends alike.
    differs = (
        f"t.{name} <> s.{name} OR (t.{name} IS NULL AND s.{name} IS NOT NULL) "
        f"OR (t.{name} IS NOT NULL AND s.{name} IS NULL)"
    )
    return (
        f"FROM {staging.table} AS s JOIN {target(ref)} AS t ON {match_keys(schema, 't', 's')} "
        f"WHERE s.{_mark(schema)} = 1 AND ({differs})"
    )


def count(rows: str) -> str:
    """Count what ``missing`` or ``stale`` selects."""
    return f"SELECT COUNT(*) {rows}"


def examples(rows: str, schema: TableSchema, *, most: int) -> str:
    """Select some keys of what ``missing`` or ``stale`` selects."""
    return f"SELECT {_names(schema, 's.')} {rows} ORDER BY {_names(schema, 's.')} LIMIT {quoting.integer(most)}"


def collect_gone(ref: TargetRef, staging: Staging, schema: TableSchema) -> str:
    """Put the keys of the target's rows whose key is not in the file into ``staging.newest``, one a row."""
    return (
        f"CREATE TEMP TABLE {staging.newest} AS SELECT {_names(schema, 't.')} FROM {target(ref)} AS t "
        f"LEFT JOIN {staging.table} AS s ON {match_keys(schema, 't', 's')} WHERE s.{_mark(schema)} IS NULL"
    )


def count_gone(staging: Staging) -> str:
    """Count what ``collect_gone`` collected."""
    return f"SELECT COUNT(*) FROM {staging.newest}"


def _mark(schema: TableSchema) -> str:
    return quoting.redshift_name(comparable_column(schema))


def _names(schema: TableSchema, prefix: str) -> str:
    names: Iterable[str] = map(quoting.redshift_name, schema.key_targets)
    return ", ".join(f"{prefix}{name}" for name in names)
