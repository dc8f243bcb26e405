"""Counts the rows whose cursor lies beyond the source's clock, and refuses a cursor that puts most rows there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mysql_redshift.core.beyond_clock import COUNTED, beyond_limit, beyond_note, bounded_text
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.position import Position, format_time
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import cursor_values as cursor_sql
from mysql_redshift.core.types.unix_units import UNIX, YEAR, likely_unit
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.ports import Source

SAMPLE = 100  # rows, if no index finds the newest value


@dataclass(frozen=True, kw_only=True)
class BeyondClock:
    """``rows`` beyond the clock, counted up to COUNTED + 1; None if they were not counted."""

    rows: int | None = None
    note: str = ""


def count_beyond_clock(
    spec: TableSpec,
    cursor: Cursor,
    clock: int,
    position: Position | None,
    source: Source,
    *,
    first: bool,
    indexed: bool,
) -> BeyondClock:
    """Count the rows beyond ``clock`` (microseconds since 1970, UTC) plus a margin, in an index range.

    Unless ``indexed`` nothing is counted: it would scan the table in every run. ``position``: the table's
    watermark. ``first``: the run reads from the oldest row, so all rows up to the clock may be counted as well.

    Raises:
        ConfigurationError: at least as many rows lie beyond the clock as at or below it, or a unix cursor's values are
            in another unit.

    """
    counter = _Counter(spec=spec, cursor=cursor, clock=clock, position=position, source=source)
    if cursor.kind is CursorKind.UNIX:
        counter.check_unit(indexed=indexed)
    if not indexed:
        note = f"rows beyond the source's clock were not counted: no index begins with {cursor.column}"
        return BeyondClock(note=note)
    rows = counter.count(beyond=True, at_most=COUNTED + 1)
    if rows:
        counter.refuse_if_most(rows, first=first)
    return BeyondClock(rows=rows, note=beyond_note(rows))


@dataclass(frozen=True, kw_only=True)
class _Counter:
    spec: TableSpec
    cursor: Cursor
    clock: int
    position: Position | None
    source: Source

    def count(self, *, beyond: bool, at_most: int | None) -> int:
        limit = beyond_limit(self.cursor, self.clock)
        sql = cursor_sql.count_beside(self.spec.source, self.cursor, limit, beyond=beyond, at_most=at_most)
        return int(self.source.query(sql)[0][0])

    def refuse_if_most(self, beyond: int, *, first: bool) -> None:
        """Compare with the rows up to the clock; if both counts stop at their bound, neither says where most lie.

        A first run reads the rows up to the clock anyway, so it counts them all, and as many beyond the clock.
        """
        exact = first and beyond > COUNTED
        before = self.count(beyond=False, at_most=None if exact else COUNTED + 1)
        if exact:
            beyond = self.count(beyond=True, at_most=max(before, beyond))
        if before <= beyond and (exact or before <= COUNTED):
            raise self._most_beyond(f"at least {beyond:,}" if exact else bounded_text(beyond), before)

    def check_unit(self, *, indexed: bool) -> None:
        """Refuse a unit in which the values are no times of our days, if they are in another one.

        With an index, a newest value that is too high may be a single wrong row: the counts judge that.
        """
        low, high = self._extremes(indexed=indexed)
        if low is None or (indexed and high * self.cursor.resolution > beyond_limit(self.cursor, self.clock)):
            return
        unit = likely_unit(low, self.clock)
        if unit is not None and unit == likely_unit(high, self.clock) and UNIX[unit] != self.cursor.resolution:
            raise ConfigurationError(
                "The cursor's values are in another unit than cursor.kind states",
                where=self._where,
                expected=f"{self._kind}, in which {high} is in the year {1970 + high * self.cursor.resolution // YEAR}",
                found=f"{unit}, in which {high} is {format_time(high * UNIX[unit])}",
                remedy=self._remedy(high),
            )

    def _extremes(self, *, indexed: bool) -> tuple[int | None, int]:
        """Return the newest value twice, or the extremes of some rows if no index finds the newest."""
        if indexed:
            newest = self._newest()
            return newest, newest or 0
        low, high = self.source.query(cursor_sql.sample(self.spec.source, self.cursor, rows=SAMPLE))[0]
        return low, high or 0

    def _newest(self) -> Any:
        return self.source.query(cursor_sql.maximum(self.spec.source, self.cursor))[0][0]

    @property
    def _where(self) -> str:
        return f"{self.spec.name}, cursor {self.cursor}"

    @property
    def _kind(self) -> str:
        return str(self.spec.cursor.kind) if self.spec.cursor is not None else ""

    def _most_beyond(self, beyond: str, before: int) -> ConfigurationError:
        newest = self._newest()
        return ConfigurationError(
            "Most rows have a cursor beyond the source's clock, so they would not be read",
            where=self._where,
            expected=f"most rows at or below the source's clock, {format_time(self.clock)}",
            found=f"{beyond} rows beyond it, {before:,} at or below it; the newest value is {newest}",
            remedy=self._remedy(newest),
        )

    def _remedy(self, newest: Any) -> str:
        """Say how to correct the cursor; a position of the wrong cursor must be reset."""
        remedy = f"{self._correction(newest)}, or set load: replace."
        if self.position is None:
            return remedy
        table = f"--pipeline {self.spec.pipeline} --table {self.spec.source.table}"
        return (
            f"{remedy} After a change of the cursor run: airflow mysql-redshift watermark reset {table}; then a sync."
        )

    def _correction(self, newest: Any) -> str:
        column, kind = self.cursor.column, self.cursor.kind
        unit = likely_unit(int(newest), self.clock) if kind is CursorKind.UNIX else None
        if unit is not None and UNIX[unit] != self.cursor.resolution:
            return f"Set cursor: {{column: {column}, kind: {unit}}}"
        if kind in (CursorKind.DATETIME, CursorKind.DATE):
            return "Set cursor.zone to the time zone in which the application writes, choose another cursor"
        return "Choose another cursor"
