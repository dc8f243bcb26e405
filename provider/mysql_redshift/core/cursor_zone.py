"""Whether the time zone of a DATETIME or DATE cursor is known: read in a wrong zone, rows are lost without an error."""

from __future__ import annotations

from datetime import timedelta

from mysql_redshift.core.clock import ClockReading, ServerZone
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.position import EPOCH, Position
from mysql_redshift.core.safe_point import SECOND
from mysql_redshift.core.spec import CursorRef, TableSpec
from mysql_redshift.core.zone_names import offset_text, zone_name
from mysql_redshift.errors import ConfigurationError

NEAR = 300 * SECOND  # a newest value this close to a clock was written by it
QUARTER = 900 * SECOND  # every time zone differs from UTC by whole quarters of an hour
EXACT = 60 * SECOND


def require_zone(
    spec: TableSpec, cursor: Cursor, reading: ClockReading, newest: int | None, position: Position | None
) -> None:
    """Refuse a wall clock in no stated zone on a server whose own zone is not UTC: applications may write either.

    ``newest``: the newest value as cursor.parse reads it, if an index finds it.

    Raises:
        ConfigurationError: with the lines to write in each case.

    """
    zone = reading.zone
    if zone is None or zone.is_utc or not is_unstated(spec, cursor):
        return
    name = zone_name(zone, (EPOCH + timedelta(microseconds=reading.now)).year) or "ZONE (its IANA name)"
    raise ConfigurationError(
        "The cursor's time zone is not stated, and the server's own zone is not UTC",
        where=f"{spec.name}, cursor {cursor.column} ({cursor.kind})",
        expected="cursor.zone, the time zone in which applications write the column",
        found=_clocks(cursor, reading, zone, newest),
        remedy=f"If applications write UTC: {_line(spec.cursor, 'UTC')}. "
        f"If they write the server's local time: {_line(spec.cursor, name)}.{_reset(spec, position)}",
    )


def is_unstated(spec: TableSpec, cursor: Cursor) -> bool:
    """Return whether the cursor is a wall clock whose zone the configuration does not state."""
    wall_clock = cursor.kind in (CursorKind.DATETIME, CursorKind.DATE)
    return wall_clock and spec.cursor is not None and spec.cursor.zone is None


def below_watermark(
    spec: TableSpec, cursor: Cursor, *, clock: int, position: Position | None, before: int | None, newest: int | None
) -> str:
    """Return a note if rows were written below the watermark since the last run; empty if there were none.

    ``before``: the newest value at the last run. A value that is newer, yet below the watermark, came from a clock
    that is behind, or from a wall clock in another zone; the watermark itself never passes the safe point.

    Raises:
        ConfigurationError: the value is behind by whole quarters of an hour, and no zone is stated.

    """
    if position is None or before is None or newest is None:
        return ""
    if not before < newest < position.value - round(spec.lookback * SECOND):
        return ""
    behind = clock - newest
    whole = behind > QUARTER - EXACT and min(behind % QUARTER, -behind % QUARTER) <= EXACT
    found = f"{_wall(newest)} in {cursor.zone}, {timedelta(seconds=behind // SECOND)} behind the source's clock"
    if whole and cursor.kind is CursorKind.DATETIME and is_unstated(spec, cursor):
        raise ConfigurationError(
            "Rows are written below the watermark, behind the source's clock by whole quarters of an hour",
            where=f"{spec.name}, cursor {cursor.column} ({cursor.kind})",
            expected="cursor.zone, the time zone in which applications write the column",
            found=f"no zone, which means UTC; the newest value is {found}",
            remedy=f"If applications write UTC, and late: {_line(spec.cursor, 'UTC')}. If they write another zone's "
            f"local time: {_line(spec.cursor, 'ZONE')}, ZONE being its IANA name.{_reset(spec, position)}",
        )
    zone = "cursor.zone and " if cursor.kind is CursorKind.DATETIME else ""
    return (
        f"rows were written below the watermark since the last run, and are not read: the newest {cursor.column} is "
        f"{found}, and the watermark is {position}. Check {zone}the clocks of the applications, and read such rows "
        "with lookback or full_refresh"
    )


def _clocks(cursor: Cursor, reading: ClockReading, zone: ServerZone, newest: int | None) -> str:
    """Return the server's clock in UTC and in its zone, and the newest value, which resembles one of them."""
    local = reading.now + zone.offset * SECOND
    text = f"server zone {zone}, {offset_text(zone.offset)}; its clock is {_wall(local)}, in UTC {_wall(reading.now)}"
    if newest is None:
        return text
    like = {"its local time": local, "UTC": reading.now}
    near = next((f", close to {name}" for name, at in like.items() if abs(newest - at) <= NEAR), "")
    return f"{text}; the newest value is {_wall(newest)}{near if cursor.kind is CursorKind.DATETIME else ''}"


def _wall(micros: int) -> str:
    return (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S")


def _line(declared: CursorRef | None, zone: str) -> str:
    """Return the line of YAML that states ``zone`` and keeps what else is declared."""
    if declared is None:
        return ""
    nulls = f", nulls: {declared.nulls}" if declared.nulls != "fail" else ""
    return f"cursor: {{column: {declared.column}, zone: {zone}{nulls}}}"


def _reset(spec: TableSpec, position: Position | None) -> str:
    """A watermark belongs to a zone; without one it was UTC."""
    if position is None:
        return ""
    command = f"airflow mysql-redshift watermark reset --pipeline {spec.pipeline} --table {spec.source.table}"
    return f" After another zone than UTC run: {command}; then a sync."
