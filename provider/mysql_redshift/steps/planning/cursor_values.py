"""Compares the cursor's values with the source's clock: which rows no window will contain, and what a plan says."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.beyond_clock import is_counted
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.cursor_zone import below_watermark, require_zone
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.safe_point import SECOND
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.sql import cursor_values as cursor_sql
from mysql_redshift.ports import Source
from mysql_redshift.steps.planning.beyond_clock import count_beyond_clock

DAY = 86_400 * SECOND  # wall clocks are at most 14 hours ahead of UTC


@dataclass(frozen=True, kw_only=True)
class CursorValues:
    """What a plan says of the values. ``newest``: the newest value, up to a day beyond the clock; None: not known."""

    rows_beyond_clock: int | None = None
    newest: str | None = None
    notes: tuple[str, ...] = ()


def check_cursor_values(
    spec: TableSpec,
    cursor: Cursor | None,
    load: LoadMode,
    reading: ClockReading | None,
    source: Source,
    *,
    head: LogEntry | None = None,
    full: bool = False,
    first: bool = False,
) -> CursorValues:
    """Compare the values of a time cursor with the clock and the server's time zone, by the cursor's index.

    ``full``: the run reads all rows. ``first``: it reads from the oldest row up.

    Raises:
        ConfigurationError: the cursor's time zone must be stated, or its values lie beyond the clock or in another
            unit.

    """
    if cursor is None or reading is None or cursor.kind is CursorKind.INTEGER or load is LoadMode.REPLACE:
        return CursorValues()
    position = head.position_to if head is not None else None
    indexed = bool(source.query(cursor_sql.leading_index(spec.source, cursor)))
    newest = _newest(spec, cursor, reading, source) if indexed else None
    at = _parse(cursor, newest)
    require_zone(spec, cursor, reading, at, position)
    if not is_counted(cursor, full=full):
        return CursorValues(newest=newest)
    beyond = count_beyond_clock(spec, cursor, reading.now, position, source, first=first, indexed=indexed)
    before = _parse(cursor, head.newest_cursor if head is not None else None)
    below = below_watermark(spec, cursor, clock=reading.now, position=position, before=before, newest=at)
    notes = tuple(filter(None, (beyond.note, below)))
    return CursorValues(rows_beyond_clock=beyond.rows, newest=newest, notes=notes)


def _newest(spec: TableSpec, cursor: Cursor, reading: ClockReading, source: Source) -> str | None:
    value = source.query(cursor_sql.newest(spec.source, cursor, up_to=reading.now + DAY))[0][0]
    return None if value is None else str(value)


def _parse(cursor: Cursor, text: str | None) -> int | None:
    """Return a value's time; None for a zero date."""
    try:
        return None if text is None else cursor.parse(text)
    except ValueError:
        return None
