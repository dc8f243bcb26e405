"""Validate a run request against the table and the log head."""

from __future__ import annotations

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.encodings import encodings_of
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import Cell, Column, TableSchema
from mysql_redshift.errors import ConfigurationError


def load_mode(spec: TableSpec, schema: TableSchema, cursor: Cursor | None, request: RunRequest) -> LoadMode:
    """Return the configured load mode, or the default: replace without a cursor, merge with a key, else append.

    Raises:
        ConfigurationError: the table lacks the key or cursor that the mode or the request needs.

    """
    default = LoadMode.REPLACE if cursor is None else LoadMode.MERGE if schema.key else LoadMode.APPEND
    mode = spec.load or default
    if mode is LoadMode.MERGE and not schema.key:
        raise _unfit(spec, "load: merge needs a key", "a primary key, or `key:` naming NOT NULL columns")
    if mode is not LoadMode.REPLACE and cursor is None:
        raise _unfit(spec, f"load: {mode} needs a cursor", "`cursor:` naming a column, or load: replace")
    if request.limit is not None and (mode is LoadMode.REPLACE or not schema.key):
        raise _unfit(spec, "limit needs a cursor and a key, and load: merge or append", "a table that has them")
    if request.limit is not None:
        _refuse_inexact_key(spec, schema)
    if (request.since or request.until) and (cursor is None or mode is LoadMode.REPLACE):
        raise _unfit(spec, "since and until need a cursor, and load: merge or append", "a table that has them")
    return mode


def _refuse_inexact_key(spec: TableSpec, schema: TableSchema) -> None:
    """A FLOAT is not equal to its own text, so the next run could not continue after the last key read."""
    inexact = [column for column in map(schema.column, schema.key) if column.cell in (Cell.FLOAT, Cell.DOUBLE)]
    if inexact:
        raise ConfigurationError(
            "limit needs a key that can be compared exactly",
            where=spec.name,
            expected="no FLOAT or DOUBLE in the key",
            found=", ".join(f"{column.name} {column.source_type}" for column in inexact),
            remedy="Run without limit.",
        )


def _unfit(spec: TableSpec, what: str, expected: str) -> ConfigurationError:
    return ConfigurationError(what, where=spec.name, expected=expected, remedy="Change the table's YAML or the run.")


def check_layout(spec: TableSpec, schema: TableSchema) -> None:
    """Reject a layout that names columns which are not read, or encodings that their types cannot have."""
    layout, known = spec.layout, [column.name for column in schema.columns]
    named = (*([layout.dist_key] if layout.dist_key else []), *layout.sort_key, *layout.encode)
    unknown = [name for name in dict.fromkeys(named) if name not in known]
    if unknown:
        raise ConfigurationError(
            "The target's layout names columns that are not read",
            where=f"{spec.name}: dist_key, sort_key, encode",
            expected=", ".join(known),
            found=", ".join(unknown),
            remedy="Name columns as MySQL spells them.",
        )
    for name, encoding in layout.encode.items():
        _check_encoding(spec, schema.column(name), encoding)


def _check_encoding(spec: TableSpec, column: Column, encoding: str) -> None:
    possible = encodings_of(column.redshift_type)
    if encoding.lower() not in possible:
        raise ConfigurationError(
            "Redshift does not have this encoding for the column's type",
            where=f"{spec.name}, encode: {column.name}",
            expected=f"for {column.redshift_type}: {', '.join(possible)}",
            found=encoding,
            remedy="Name another encoding, or none: Redshift then chooses.",
        )


def check_head(
    spec: TableSpec, schema: TableSchema, cursor: Cursor | None, head: LogEntry | None, *, full: bool = False
) -> None:
    """Reject a run if the log was written with another key or cursor; a full refresh may change the key."""
    if head is None:
        return
    if head.schema is not None and head.schema.key != schema.key and not full:
        raise ConfigurationError(
            "The table's key changed since the last run",
            where=spec.name,
            expected=f"({', '.join(head.schema.key)}), as loaded before",
            found=f"({', '.join(schema.key)})",
            remedy="Run with full_refresh: true, or set `key:` to the old columns.",
        )
    check_cursor(spec, cursor, head)


def check_cursor(spec: TableSpec, cursor: Cursor | None, head: LogEntry | None) -> None:
    """Reject a cursor of which the log's position is no value: another column, kind, zone or unit."""
    if head is None or head.position_to is None:
        return
    before, now = head.cursor, cursor
    if (before.meaning if before else None) == (now.meaning if now else None):
        return
    raise ConfigurationError(
        "The table's cursor changed since the last run, so its watermark is no longer valid",
        where=spec.name,
        expected=str(before or "none"),
        found=str(now or "none"),
        remedy=f"Run: airflow mysql-redshift watermark reset --pipeline {spec.pipeline} "
        f"--table {spec.source.table}; then a sync.",
    )
