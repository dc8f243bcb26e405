"""Resolve the cursor from its column's type and the configuration; a mismatch is refused (lesson L15)."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.spec import CursorRef, TableSpec
from mysql_redshift.core.types.column import SourceColumn, SourceTable
from mysql_redshift.core.types.resolve_schema import find_column
from mysql_redshift.core.types.unix_units import UNIX
from mysql_redshift.errors import ConfigurationError

SECOND = 1_000_000
UTC = "UTC"
DAY = 86_400 * SECOND
INTEGERS = ("tinyint", "smallint", "mediumint", "int", "integer", "bigint")
TIMES = {"timestamp": CursorKind.TIMESTAMP, "datetime": CursorKind.DATETIME, "date": CursorKind.DATE}
NULLS = ("fail", "load")


def resolve_cursor(table: SourceTable, spec: TableSpec) -> Cursor | None:
    """Return the cursor of a table's spec, or None if the spec declares none.

    Raises:
        SourceError: the table has no such column.
        ConfigurationError: the declared cursor settings do not match the column's type.

    """
    if spec.cursor is None:
        return None
    column = find_column(table, spec.cursor.column, role="cursor column")
    where = f"{table.database}.{table.name}, cursor {column.name} {column.column_type}"
    _check_selected(column, spec, where)
    _check_nulls(spec.cursor, where)
    cursor = _integer_cursor(column, spec.cursor, where) or _time_cursor(column, spec.cursor, where)
    if cursor is None:
        raise ConfigurationError(
            "The column's type is not supported as a cursor",
            where=where,
            expected=f"one of {', '.join([*TIMES, *INTEGERS])}",
            found=column.column_type,
            remedy="Choose another column, or remove cursor to load the whole table each run.",
        )
    return cursor


def _integer_cursor(column: SourceColumn, declared: CursorRef, where: str) -> Cursor | None:
    if column.data_type not in INTEGERS:
        return None
    if declared.zone not in (None, UTC):
        raise _zone_not_applicable(declared, where)
    if declared.kind in UNIX:
        return Cursor(column=column.name, kind=CursorKind.UNIX, resolution=UNIX[declared.kind])
    if declared.kind is None:
        return Cursor(column=column.name, kind=CursorKind.INTEGER)
    raise _kind_mismatch(declared, where, expected=f"no kind (the cursor is an id), or one of {', '.join(UNIX)}")


def _time_cursor(column: SourceColumn, declared: CursorRef, where: str) -> Cursor | None:
    kind = TIMES.get(column.data_type)
    if kind is None:
        return None
    if declared.kind is not None:
        raise _kind_mismatch(declared, where, expected=f"no kind (the column is a {column.data_type})")
    if kind is CursorKind.TIMESTAMP and declared.zone not in (None, UTC):
        raise _zone_not_applicable(declared, where)
    zone = _zone(declared, where)
    resolution = DAY if kind is CursorKind.DATE else 10 ** (6 - (column.datetime_precision or 0))
    return Cursor(column=column.name, kind=kind, zone=zone, resolution=resolution)


def _check_selected(column: SourceColumn, spec: TableSpec, where: str) -> None:
    name = column.name.lower()
    included = {chosen.lower() for chosen in spec.columns.include}
    if name in {chosen.lower() for chosen in spec.columns.exclude} or (included and name not in included):
        raise ConfigurationError(
            "The cursor column is excluded",
            where=where,
            remedy="Correct columns.include and columns.exclude, or choose another cursor.",
        )


def _check_nulls(declared: CursorRef, where: str) -> None:
    if declared.nulls not in NULLS:
        raise ConfigurationError(
            "Unknown policy for NULL cursors",
            where=where,
            expected=" or ".join(NULLS),
            found=repr(declared.nulls),
            remedy="Correct cursor.nulls.",
        )


def _zone(declared: CursorRef, where: str) -> str:
    """Return the stated zone, else UTC; plan refuses an unstated one if the server's own zone is not UTC."""
    zone = declared.zone or UTC
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ConfigurationError(
            "Unknown time zone",
            where=where,
            expected="a time zone name, for example Europe/Berlin",
            found=repr(zone),
            remedy="Correct cursor.zone.",
        ) from exc
    return zone


def _kind_mismatch(declared: CursorRef, where: str, *, expected: str) -> ConfigurationError:
    return ConfigurationError(
        "The cursor's kind does not match its column",
        where=where,
        expected=expected,
        found=f"kind {declared.kind}",
        remedy="Correct cursor.kind.",
    )


def _zone_not_applicable(declared: CursorRef, where: str) -> ConfigurationError:
    return ConfigurationError(
        "A zone applies only to DATETIME and DATE cursors",
        where=where,
        found=f"zone {declared.zone}",
        remedy="Remove cursor.zone.",
    )
