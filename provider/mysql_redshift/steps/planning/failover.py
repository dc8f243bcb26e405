"""Ids that are used again, after a failover to a server that lacks the last rows or after TRUNCATE (lesson L22)."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core.accounted import gaps
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.position import Position, PositionKind, parse_time
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.safe_point import SECOND, SafePoint
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import cursor_values as cursor_sql
from mysql_redshift.errors import SourceError, TransientError
from mysql_redshift.ports import Source
from mysql_redshift.steps.planning.safe_point import SourceState, server_changed
from mysql_redshift.steps.state.journal import Journal

FAILOVER_LOOKBACK = 600 * SECOND  # read again once, after the source's server changed


def _overlap_start(head: LogEntry, journal: Journal) -> Position | None:
    """Return the position of ``FAILOVER_LOOKBACK`` before the last entry; None: read from the oldest row.

    Each step back is one request to S3; the first entry that is old enough ends the walk. An operator's gap is not
    read, and the start is never above the position.
    """
    found = _position_before(head, journal)
    limits = [limit for limit in (found, _gap_end(head)) if limit is not None]
    start = max(limits, key=Position.order, default=None)
    if start is None or head.position_to is None:
        return None
    return min(start, head.position_to, key=Position.order)


def _gap_end(head: LogEntry) -> Position | None:
    """Return the position below which an operator left out rows last; None: nowhere."""
    left_out = gaps(head.accounted, head.position_to)
    return left_out[-1].upper if left_out else None


def _position_before(head: LogEntry, journal: Journal) -> Position | None:
    edge = parse_time(head.created_at) - FAILOVER_LOOKBACK
    for sequence in range(head.sequence - 1, 0, -1):
        entry = journal.read(sequence)
        if entry.position_to is not None and entry.position_to.kind is not PositionKind.ID:
            return None
        if parse_time(entry.created_at) <= edge:
            return entry.position_to
    return None


def ids_restarted(spec: TableSpec, cursor: Cursor, head: LogEntry | None, state: SourceState, source: Source) -> bool:
    """Return whether the source gives out ids again that the log counts as read, or may do so.

    A maximum below the position proves nothing: the newest rows of a queue are deleted. So AUTO_INCREMENT is asked,
    after the clock, which waited for a replica; without one, only a changed server is suspicious.
    """
    reached = _reached(head) if cursor.kind is CursorKind.INTEGER else None
    if head is None or reached is None:
        return False
    if state.maximum is not None and state.maximum + 1 >= reached:
        return False
    rows = source.query(cursor_sql.next_auto_increment(spec.source, cursor))
    if rows and rows[0][0] is not None:
        return int(rows[0][0]) < reached
    return server_changed(head, state.reading.server_uuid)


def _reached(head: LogEntry | None) -> int | None:
    """Return the first id above all that were read or observed."""
    if head is None or head.position_to is None:
        return None
    reached = head.position_to.value + (head.position_to.key is not None)
    observed = head.observation.maximum if head.observation is not None else None
    return reached if observed is None else max(reached, observed + 1)


def refuse_restarted(spec: TableSpec, head: LogEntry, state: SourceState, journal: Journal) -> None:
    """Refuse a run that would skip ids that are used again.

    Raises:
        SourceError: always, except for a replica, which may only be behind.
        TransientError: the server is a replica.

    """
    changed = server_changed(head, state.reading.server_uuid)
    start = _overlap_start(head, journal) if changed else None
    kind = TransientError if state.reading.replica else SourceError
    raise kind(
        "The source uses ids again that were already read: after a failover that lost rows, or a TRUNCATE",
        where=f"{spec.name}, server {state.reading.server_uuid}",
        expected=f"a maximum or AUTO_INCREMENT that reaches the watermark, {head.position_to}",
        found=f"maximum {state.maximum}, and AUTO_INCREMENT lower or unknown",
        remedy=_remedy(spec, start, state.maximum),
    )


def _remedy(spec: TableSpec, start: Position | None, maximum: int | None) -> str:
    refresh = "Run with full_refresh: true"
    if start is None or maximum is None:
        return f"{refresh}: it reads every row and lowers the watermark."
    last = min(start.value - 1, maximum)
    return (
        f"{refresh}. Or run: airflow mysql-redshift watermark set --pipeline {spec.pipeline} "
        f"--table {spec.source.table} --id {last}; then a sync. It reads less, but rows that the source lost stay in "
        "the target until their ids are used again."
    )


def _require_settled(spec: TableSpec, head: LogEntry, state: SourceState) -> None:
    """Wait, by failing, until no open writer of the new server can still commit an id below the position.

    An entry without the overlap would name the new server, or make the last read on the old one look newer.
    """
    upper, position = state.point.upper, head.position_to
    if position is None or not (state.reading.visible and state.writers):
        return
    if upper is None or upper.value < position.value:
        raise TransientError(
            "The source is another server than the one last read, and its open writers may use ids again",
            where=f"{spec.name}, server {state.reading.server_uuid}",
            expected="no writer that was open when the maximum was read",
            found=state.point.reason,
            remedy="A retry helps as soon as these writers have ended.",
        )


def within(state: SourceState) -> SafePoint:
    """Return the safe point without what was observed before the ids were used again."""
    upper, maximum = state.point.upper, state.maximum
    known = upper is not None and maximum is not None and upper.value <= maximum + 1
    return replace(state.point, upper=upper if known else None, observation=None)


def lookback(
    spec: TableSpec,
    request: RunRequest,
    cursor: Cursor,
    head: LogEntry | None,
    state: SourceState,
    journal: Journal,
) -> tuple[int | None, str]:
    """Return how far below the position the run reads (None: from the oldest row), and the server that the log names.

    With an id cursor only a run without limits reads the overlap after a change of servers; until then the log goes on
    to name the old server.
    """
    uuid = state.reading.server_uuid
    if cursor.position_kind is PositionKind.TIME:
        changed = head is not None and head.server_uuid not in ("", uuid)
        return max(round(spec.lookback * SECOND), FAILOVER_LOOKBACK if changed else 0), uuid
    if head is None or head.position_to is None or not server_changed(head, uuid):
        return 0, uuid
    if request.since or request.until or request.limit is not None:
        return 0, head.server_uuid
    _require_settled(spec, head, state)
    start = _overlap_start(head, journal)
    settled = state.point.upper is not None or state.maximum is None
    return None if start is None else head.position_to.value - start.value, uuid if settled else head.server_uuid
