"""What a run reads: its window, its chunks and its next position."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.accounted import CursorRange, Ranges, add
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.safe_point import SafePoint
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.core.window_decision import Decision, decide
from mysql_redshift.ports import Source
from mysql_redshift.steps.planning.accounted_before import accounted_before
from mysql_redshift.steps.planning.chunks import cut_window, null_chunk, reads_nulls
from mysql_redshift.steps.planning.failover import ids_restarted, lookback, refuse_restarted, within
from mysql_redshift.steps.planning.safe_point import SourceState, read_safe_point
from mysql_redshift.steps.state.journal import Journal


@dataclass(frozen=True, kw_only=True)
class ReadScope:
    """The window, chunks and position of one run. ``point`` is None for a table without a cursor.

    ``nulls_read``: all rows with a NULL cursor are read again, however few they are. ``server_uuid`` goes into the log:
    it stays the old one until a run has read the overlap that a changed server calls for. ``writer_uuid``: the server
    whose clock was read, if it is not a replica. ``reading``: what it showed. ``accounted``: the rows read before,
    or by this run if it is full.
    """

    decision: Decision
    chunks: tuple[Chunk, ...]
    full: bool
    point: SafePoint | None = None
    server_uuid: str = ""
    writer_uuid: str = ""
    accounted: Ranges = ()
    nulls_read: bool = False
    reading: ClockReading | None = None

    @property
    def first(self) -> bool:
        """Whether the window starts at the oldest row."""
        return self.decision.window is not None and self.decision.window.lower is None

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
        journal: Journal,
    ) -> ReadScope:
        """Decide from cursor, safe point and log head; a table without a cursor is read whole."""
        if cursor is None:
            chunks, _ = cut_window(spec, schema, None, None, source)
            return cls(
                decision=Decision(window=None, position_to=None, kind=EntryKind.EXTRACT), chunks=chunks, full=True
            )
        state = read_safe_point(spec, cursor, head, source)
        restarted = ids_restarted(spec, cursor, head, state, source)
        accounted = accounted_before(schema, cursor, head, state)
        if request.full_refresh or load is LoadMode.REPLACE:
            return cls._all_rows(spec, schema, cursor, head, accounted, source, state, restarted=restarted)
        if restarted and head is not None:
            refuse_restarted(spec, head, state, journal)
        below, uuid = lookback(spec, request, cursor, head, state, journal)
        decision = _decide(request, cursor, head, accounted, state, below)
        chunks, decision = _chunks(spec, request, schema, cursor, decision, head, source)
        nulls_read = request.limit is None and reads_nulls(spec, schema, cursor, decision.window)
        return cls(
            decision=decision,
            chunks=chunks,
            full=False,
            point=state.point,
            server_uuid=uuid,
            writer_uuid=state.writer_uuid,
            reading=state.reading,
            accounted=accounted,
            nulls_read=nulls_read,
        )

    @classmethod
    def _all_rows(
        cls,
        spec: TableSpec,
        schema: TableSchema,
        cursor: Cursor,
        head: LogEntry | None,
        accounted: Ranges,
        source: Source,
        state: SourceState,
        *,
        restarted: bool,
    ) -> ReadScope:
        """Read every row without an upper bound; the safe point only becomes the position.

        If ids are used again, the old position and observation count ids as read that are still to come.
        """
        point = within(state) if restarted else state.point
        position = head.position_to if head is not None and not restarted else None
        to = _later(position, point.upper)
        chunks, _ = cut_window(spec, schema, cursor, None, source)
        decision = Decision(window=None, position_to=to, kind=EntryKind.EXTRACT)
        accounted = () if restarted else accounted
        if point.upper is not None:
            accounted = add(accounted, CursorRange(lower=None, upper=point.upper))
        return cls(
            decision=decision,
            chunks=chunks,
            full=True,
            point=point,
            server_uuid=state.reading.server_uuid,
            writer_uuid=state.writer_uuid,
            reading=state.reading,
            accounted=accounted,
        )


def _decide(
    request: RunRequest,
    cursor: Cursor,
    head: LogEntry | None,
    accounted: Ranges,
    state: SourceState,
    below: int | None,
) -> Decision:
    return decide(
        request,
        cursor,
        position=head.position_to if head is not None else None,
        accounted=accounted,
        safe=state.point.upper,
        lookback=below,
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
    if request.since is None and _cut_below(
        covered, window, head
    ):  # an overlap or a lookback is read whole: the next run would not continue it
        chunks, covered = (Chunk(index=0, window=window),), window
    if null_chunk(spec, schema, cursor, window, source):
        chunks = (*chunks, Chunk(index=len(chunks), nulls=True))
    return chunks, _cut_back(decision, covered, head)


def _cut_below(covered: Window | None, window: Window, head: LogEntry | None) -> bool:
    """Return whether a cut window ends below the position, which therefore would not show where to continue."""
    if covered is None or head is None or head.position_to is None:
        return False
    return covered.upper < min(window.upper, head.position_to.value)


def _cut_back(decision: Decision, window: Window | None, head: LogEntry | None) -> Decision:
    """Stop the position where a cut backlog stops; it never moves back."""
    if window is None or decision.window is None or window.upper == decision.window.upper:
        return decision
    position = head.position_to if head is not None else None
    note = f"backlog: this run reads up to {window.upper_position}, the next run continues there"
    to = decision.position_to if decision.kind is EntryKind.REPAIR else _later(position, window.upper_position)
    return Decision(window=window, position_to=to, kind=decision.kind, notes=(*decision.notes, note))


def _later(position: Position | None, other: Position | None) -> Position | None:
    if position is None or other is None:
        return other if position is None else position
    return other if other.order() > position.order() else position
