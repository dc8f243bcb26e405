"""What a run reads: its window, its chunks and its next position."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.safe_point import SECOND, SafePoint
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.core.window_decision import Decision, decide
from mysql_redshift.ports import Source
from mysql_redshift.steps.planning.chunks import cut_window, null_chunk, reads_nulls
from mysql_redshift.steps.planning.safe_point import read_safe_point

FAILOVER_LOOKBACK = 600 * SECOND  # read again once, after the source's server changed


@dataclass(frozen=True, kw_only=True)
class ReadScope:
    """The window, chunks and position of one run. ``point`` is None for a table without a cursor.

    ``nulls_read``: all rows with a NULL cursor are read again, however few they are.
    """

    decision: Decision
    chunks: tuple[Chunk, ...]
    full: bool
    point: SafePoint | None = None
    server_uuid: str = ""
    nulls_read: bool = False

    @classmethod
    def of(
        cls,
        spec: TableSpec,
        request: RunRequest,
        schema: TableSchema,
        cursor: Cursor | None,
        load: LoadMode,
        head: LogEntry | None,
        source: Source,
    ) -> ReadScope:
        """Decide from cursor, safe point and log head; a table without a cursor is read whole."""
        if cursor is None:
            chunks, _ = cut_window(spec, schema, None, None, source)
            return cls(
                decision=Decision(window=None, position_to=None, kind=EntryKind.EXTRACT), chunks=chunks, full=True
            )
        point, uuid = read_safe_point(spec, cursor, head, source)
        if request.full_refresh or load is LoadMode.REPLACE:
            return cls._all_rows(spec, schema, cursor, head, source, point, uuid)
        decision = _decide(spec, request, cursor, head, point, uuid)
        chunks, decision = _chunks(spec, request, schema, cursor, decision, head, source)
        nulls_read = request.limit is None and reads_nulls(spec, schema, cursor, decision.window)
        return cls(
            decision=decision,
            chunks=chunks,
            full=False,
            point=point,
            server_uuid=uuid,
            nulls_read=nulls_read,
        )

    @classmethod
    def _all_rows(
        cls,
        spec: TableSpec,
        schema: TableSchema,
        cursor: Cursor,
        head: LogEntry | None,
        source: Source,
        point: SafePoint,
        uuid: str,
    ) -> ReadScope:
        """Read every row without an upper bound; the safe point only becomes the position."""
        position = head.position_to if head is not None else None
        to = _later(position, point.upper)
        chunks, _ = cut_window(spec, schema, cursor, None, source)
        decision = Decision(window=None, position_to=to, kind=EntryKind.EXTRACT)
        return cls(decision=decision, chunks=chunks, full=True, point=point, server_uuid=uuid)


def _decide(
    spec: TableSpec, request: RunRequest, cursor: Cursor, head: LogEntry | None, point: SafePoint, uuid: str
) -> Decision:
    lookback = 0
    if cursor.position_kind is PositionKind.TIME:
        lookback = round(spec.lookback * SECOND)
        if head is not None and head.server_uuid not in ("", uuid):
            lookback = max(lookback, FAILOVER_LOOKBACK)
    return decide(
        request,
        cursor,
        position=head.position_to if head is not None else None,
        gap_end=head.gap_end if head is not None else None,
        safe=point.upper,
        lookback=lookback,
    )


def _chunks(
    spec: TableSpec,
    request: RunRequest,
    schema: TableSchema,
    cursor: Cursor,
    decision: Decision,
    head: LogEntry | None,
    source: Source,
) -> tuple[tuple[Chunk, ...], Decision]:
    """Cut the window; a row limit needs one chunk, because the order of rows matters."""
    window = decision.window
    if window is None:
        return (), decision
    if request.limit is not None:
        return (Chunk(index=0, window=window),), decision
    chunks, covered = cut_window(spec, schema, cursor, window, source)
    if null_chunk(spec, schema, cursor, window, source):
        chunks = (*chunks, Chunk(index=len(chunks), nulls=True))
    return chunks, _cut_back(decision, covered, head)


def _cut_back(decision: Decision, window: Window | None, head: LogEntry | None) -> Decision:
    """Stop the position where a cut backlog stops; it never moves back."""
    if window is None or decision.window is None or window.upper == decision.window.upper:
        return decision
    position = head.position_to if head is not None else None
    note = f"backlog: this run reads up to {window.upper_position}, the next run continues there"
    to = decision.position_to if decision.kind is EntryKind.REPAIR else _later(position, window.upper_position)
    return Decision(
        window=window, position_to=to, kind=decision.kind, gap_end=decision.gap_end, notes=(*decision.notes, note)
    )


def _later(position: Position | None, other: Position | None) -> Position | None:
    if position is None or other is None:
        return other if position is None else position
    return other if other.order() > position.order() else position
