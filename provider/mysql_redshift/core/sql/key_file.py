"""Statements that compare a staged key file with the target."""

from __future__ import annotations

from collections.abc import Iterable

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.key_file import comparable_column
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.core.sql.merge_keys import match_keys
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.sql.target import table
from mysql_redshift.core.types.column import Cell, Column, TableSchema


def missing(ref: TargetRef, staging: Staging, schema: TableSchema) -> str:
    """Return FROM and WHERE of the comparable keys that the target lacks."""
    first = quoting.redshift_name(schema.key_targets[0])
    return (
        f"FROM {staging.table} AS s LEFT JOIN {table(ref)} AS t ON {match_keys(schema, 't', 's')} "
        f"WHERE s.{_flag(schema)} = 1 AND t.{first} IS NULL"
    )


def stale(ref: TargetRef, staging: Staging, schema: TableSchema, cursor: Cursor) -> str:
    """Return FROM and WHERE of the comparable keys whose cursor differs in the target."""
    name = quoting.redshift_name(schema.column(cursor.column).target)
    # Compared with NULL as a value: a policy may have turned a zero date into NULL, in file and target.
    differs = (
        f"t.{name} <> s.{name} OR (t.{name} IS NULL AND s.{name} IS NOT NULL) "
        f"OR (t.{name} IS NOT NULL AND s.{name} IS NULL)"
    )
    return (
        f"FROM {staging.table} AS s JOIN {table(ref)} AS t ON {match_keys(schema, 't', 's')} "
        f"WHERE s.{_flag(schema)} = 1 AND ({differs})"
    )


def count(rows: str) -> str:
    """Count the rows that ``missing`` or ``stale`` selects."""
    return f"SELECT COUNT(*) {rows}"


def examples(rows: str, schema: TableSchema, *, limit: int) -> str:
    """Select some keys of the rows that ``missing`` or ``stale`` selects; bytes as hexadecimal digits.

    The driver decodes VARBYTE as UTF-8 and fails on any other bytes.
    """
    shown = [_shown(schema.column(name)) for name in schema.key]
    return f"SELECT {', '.join(shown)} {rows} ORDER BY {_names(schema, 's.')} LIMIT {quoting.integer(limit)}"


def _shown(column: Column) -> str:
    name = f"s.{quoting.redshift_name(column.target)}"
    return f"TO_HEX({name})" if column.cell is Cell.BYTES else name


def collect_deleted(ref: TargetRef, staging: Staging, schema: TableSchema) -> str:
    """Collect in ``staging.newest`` the keys of the target that are not in the file: deleted at the source."""
    return (
        f"CREATE TEMP TABLE {staging.newest} AS SELECT {_names(schema, 't.')} FROM {table(ref)} AS t "
        f"LEFT JOIN {staging.table} AS s ON {match_keys(schema, 't', 's')} WHERE s.{_flag(schema)} IS NULL"
    )


def count_deleted(staging: Staging) -> str:
    """Count the keys that ``collect_deleted`` collected."""
    return f"SELECT COUNT(*) FROM {staging.newest}"


def _flag(schema: TableSchema) -> str:
    return quoting.redshift_name(comparable_column(schema))


def _names(schema: TableSchema, prefix: str) -> str:
    names: Iterable[str] = map(quoting.redshift_name, schema.key_targets)
    return ", ".join(f"{prefix}{name}" for name in names)
