"""Queries the source for the safe point of one run."""

from __future__ import annotations

import time
from dataclasses import dataclass

from mysql_redshift.core.clock import ClockReading, Observation, Writer
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.safe_point import SafePoint, id_safe_point, time_safe_point
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import cursor_values as cursor_sql
from mysql_redshift.ports import Source

SETTLE_SECONDS = 5.0  # how long a run waits for the writers that were open when the maximum was read
POLL_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """The safe point and what it was derived from; ``maximum`` and ``writers`` (ids only) were observed last."""

    point: SafePoint
    reading: ClockReading
    maximum: int | None = None
    writers: tuple[Writer, ...] = ()

    @property
    def writer_uuid(self) -> str:
        """The server whose clock was read; empty if it is a replica."""
        return "" if self.reading.replica else self.reading.server_uuid


def server_changed(head: LogEntry | None, uuid: str) -> bool:
    """Return whether the source is known to be another server than the one last read."""
    return head is not None and "" not in (head.server_uuid, uuid) and head.server_uuid != uuid


def read_safe_point(spec: TableSpec, cursor: Cursor, head: LogEntry | None, source: Source) -> SourceState:
    """Return the safe point with the readings behind it."""
    if cursor.kind is CursorKind.INTEGER:
        return _id_safe_point(spec, cursor, head, source)
    reading = source.clock(spec.source.readers)
    position = head.position_to if head is not None else None
    point = time_safe_point(reading, cursor, lag=spec.lag, max_hold=spec.max_hold, position=position)
    return SourceState(point=point, reading=reading)


def _id_safe_point(spec: TableSpec, cursor: Cursor, head: LogEntry | None, source: Source) -> SourceState:
    """Observe the maximum and wait briefly for the writers that were open then: most end within milliseconds."""
    now, reading = _observe(spec, cursor, source)
    previous = _comparable_observation(head, reading)
    deadline = time.monotonic() + SETTLE_SECONDS
    earlier = now if now.writers else previous
    point = id_safe_point(
        now, previous, lag=spec.lag, max_hold=spec.max_hold, seconds_behind=reading.seconds_behind or 0
    )
    while point.upper is None and now.maximum is not None and now.visible and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        now, reading = _observe(spec, cursor, source)
        settled = id_safe_point(now, earlier, lag=spec.lag, max_hold=spec.max_hold)
        if settled.upper is not None:
            point = settled
            break
    return SourceState(point=point, reading=reading, maximum=now.maximum, writers=now.writers)


def _comparable_observation(head: LogEntry | None, reading: ClockReading) -> Observation | None:
    """Return the last observation, unless its threads are those of another server."""
    if head is None or head.observation is None:
        return None
    moved = server_changed(head, reading.server_uuid)
    return None if moved and head.observation.visible else head.observation


def _observe(spec: TableSpec, cursor: Cursor, source: Source) -> tuple[Observation, ClockReading]:
    """Read the maximum, then the writers: a session that took a lower id is among them or has ended."""
    value = source.query(cursor_sql.maximum(spec.source, cursor))[0][0]
    reading = source.clock(spec.source.readers)
    found = Observation(
        maximum=None if value is None else int(value),
        writers=reading.writers,
        visible=reading.visible,
        taken_at=reading.now,
    )
    return found, reading
