"""Step one: decide what to read, from log head, safe point and catalogue. No row is touched."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.plan import Plan
from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.run_window import Decision, decide
from mysql_redshift.core.safe_point import SECOND, SafePoint
from mysql_redshift.core.schema_change import schema_notes
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.cursor_kind import resolve_cursor
from mysql_redshift.core.types.resolve import resolve_schema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import ConfigurationError, MysqlRedshiftError
from mysql_redshift.ports import ObjectStore, Source, Warehouse
from mysql_redshift.steps import chunking, preflight, watermark_cache
from mysql_redshift.steps.bounds import safe_point
from mysql_redshift.steps.cascades import cascade_notes
from mysql_redshift.steps.journal import Journal

FAILOVER_LOOKBACK = 600 * SECOND  # read again once after the source's server changed


def plan(
    spec: TableSpec,
    request: RunRequest,
    *,
    source: Source | None,
    store: ObjectStore,
    warehouse: Warehouse | None = None,
) -> Plan:
    """Decide one run: its window, its chunks, its sequence in the log.

    With a ``warehouse`` the target is checked as well, before any row moves: in a table's first run, after its columns
    or its target changed, and after a failed load. Otherwise Redshift is left asleep.
    Mode redshift-only asks neither MySQL (``source`` may be None) nor the warehouse. A failure is noted in the cache;
    no position moves.

    Raises:
        MysqlRedshiftError: anything that would make the run fail later and can be known now.

    """
    try:
        return _plan(spec, request, source, store, warehouse)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="mysql", error=exc)
        raise


def _plan(
    spec: TableSpec, request: RunRequest, source: Source | None, store: ObjectStore, warehouse: Warehouse | None
) -> Plan:
    cache = watermark_cache.read(spec, store)
    head = Journal(store, TableLayout.of(spec)).head(hint=cache.log_extracted)
    if request.mode is Mode.REDSHIFT_ONLY or source is None:
        return _nothing_to_read(spec, request, head)
    if head is None:
        preflight.check_bucket(spec, store)
    table = source.describe(spec.source.database, spec.source.table)
    schema = resolve_schema(table, spec)
    cursor = resolve_cursor(table, spec)
    load = _load_mode(spec, schema, cursor, request)
    _check_head(spec, schema, cursor, head)
    reading = _Reading.of(spec, request, schema, cursor, load, head, source)
    news = _target_is_news(spec, schema, head)
    due = news or cache.redshift_status == "failed"
    cascades = cascade_notes(spec, source) if cursor is not None and (news or request.dry_run) else ()
    changes = schema_notes(head.schema if head is not None else None, schema)
    if warehouse is not None and due and reading.chunks and request.mode is Mode.SYNC:
        changes += preflight.check_target(spec, schema, warehouse)
    return Plan(
        spec=spec,
        request=request,
        run_key=new_run_key(),
        sequence=head.sequence + 1 if head is not None else 1,
        kind=reading.decision.kind,
        load=load,
        full=reading.full,
        table_schema=schema,
        cursor=cursor,
        position_from=head.position_to if head is not None else None,
        position_to=reading.decision.position_to,
        window=reading.decision.window,
        chunks=reading.chunks,
        safe_point=reading.point.bound if reading.point else "a table without a cursor is read whole",
        server_uuid=reading.server_uuid or table.server_uuid,
        observation=reading.point.observation if reading.point else None,
        floor=reading.decision.floor,
        skip=request.dry_run,
        notes=(*reading.decision.notes, *changes, *cascades),
    )


def _target_is_news(spec: TableSpec, schema: TableSchema, head: LogEntry | None) -> bool:
    if head is None or head.schema is None:
        return True
    return head.spec.target != spec.target or head.schema.fingerprint != schema.fingerprint


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What is to be read: the middle of a plan."""

    decision: Decision
    chunks: tuple[Chunk, ...]
    full: bool
    point: SafePoint | None = None
    server_uuid: str = ""

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
    ) -> _Reading:
        if cursor is None:
            chunks, _ = chunking.cut(spec, schema, None, None, source)
            return cls(
                decision=Decision(window=None, position_to=None, kind=EntryKind.EXTRACT), chunks=chunks, full=True
            )
        point, uuid = safe_point(spec, cursor, head, source)
        if request.full_refresh or load is LoadMode.REPLACE:
            return cls._all_rows(spec, schema, cursor, head, source, point, uuid)
        decision = _decide(spec, request, cursor, head, point, uuid)
        chunks, decision = _chunks(spec, request, schema, cursor, decision, head, source)
        return cls(decision=decision, chunks=chunks, full=False, point=point, server_uuid=uuid)

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
    ) -> _Reading:
        """Every row, without an upper bound; the safe point only becomes the position."""
        position = head.position_to if head is not None else None
        to = _later(position, point.upper)
        chunks, _ = chunking.cut(spec, schema, cursor, None, source)
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
        floor=head.floor if head is not None else None,
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
    """Cut the window; with a row limit there is one chunk, since the order of rows then matters."""
    window = decision.window
    if window is None:
        return (), decision
    if request.limit is not None:
        return (Chunk(index=0, window=window),), decision
    chunks, cut_window = chunking.cut(spec, schema, cursor, window, source)
    if chunking.null_chunk(spec, schema, cursor, window, source):
        chunks = (*chunks, Chunk(index=len(chunks), nulls=True))
    return chunks, _cut_back(decision, cut_window, head)


def _cut_back(decision: Decision, window: Window | None, head: LogEntry | None) -> Decision:
    """Let the position stop where a cut backlog stops; it never moves back."""
    if window is None or decision.window is None or window.upper == decision.window.upper:
        return decision
    position = head.position_to if head is not None else None
    note = f"backlog: read up to {window.upper_position} now, the next run goes on from there"
    to = decision.position_to if decision.kind is EntryKind.REPAIR else _later(position, window.upper_position)
    return Decision(
        window=window, position_to=to, kind=decision.kind, floor=decision.floor, notes=(*decision.notes, note)
    )


def _later(position: Position | None, other: Position | None) -> Position | None:
    if position is None or other is None:
        return other if position is None else position
    return other if other.order() > position.order() else position


def _load_mode(spec: TableSpec, schema: TableSchema, cursor: Cursor | None, request: RunRequest) -> LoadMode:
    """Return the configured mode, or what the table allows: replace without a cursor, merge with a key, else append."""
    default = LoadMode.REPLACE if cursor is None else LoadMode.MERGE if schema.key else LoadMode.APPEND
    mode = spec.load or default
    if mode is LoadMode.MERGE and not schema.key:
        raise _unfit(spec, "load: merge needs a key", "a primary key, or `key:` naming NOT NULL columns")
    if mode is not LoadMode.REPLACE and cursor is None:
        raise _unfit(spec, f"load: {mode} needs a cursor", "`cursor:` naming a column, or load: replace")
    if request.limit is not None and (mode is LoadMode.REPLACE or not schema.key):
        raise _unfit(spec, "limit needs a cursor and a key, and load: merge or append", "a table that has them")
    if (request.since or request.until) and (cursor is None or mode is LoadMode.REPLACE):
        raise _unfit(spec, "since and until need a cursor, and load: merge or append", "a table that has them")
    return mode


def _unfit(spec: TableSpec, what: str, expected: str) -> ConfigurationError:
    return ConfigurationError(what, where=spec.name, expected=expected, remedy="Change the table's YAML or the run.")


def _check_head(spec: TableSpec, schema: TableSchema, cursor: Cursor | None, head: LogEntry | None) -> None:
    """Refuse to go on from a log that was kept by another key or another cursor."""
    if head is None:
        return
    if head.schema is not None and head.schema.key != schema.key:
        raise ConfigurationError(
            "The table's key changed since the last run",
            where=spec.name,
            expected=f"({', '.join(head.schema.key)}), as loaded before",
            found=f"({', '.join(schema.key)})",
            remedy="Set `key:` to the old columns, or run with full_refresh: true after a watermark reset.",
        )
    before = head.spec.cursor.column if head.spec.cursor else None
    now = cursor.column if cursor else None
    if head.position_to is not None and before != now:
        raise ConfigurationError(
            "The table's cursor changed since the last run, so its watermark means nothing any more",
            where=spec.name,
            expected=before or "none",
            found=now or "none",
            remedy="Run: airflow mysql-redshift watermark reset, then a sync.",
        )


def _nothing_to_read(spec: TableSpec, request: RunRequest, head: LogEntry | None) -> Plan:
    position = head.position_to if head is not None else None
    return Plan(
        spec=spec,
        request=request,
        run_key=new_run_key(),
        sequence=head.sequence + 1 if head is not None else 1,
        kind=EntryKind.EMPTY,
        load=spec.load or LoadMode.MERGE,
        full=False,
        table_schema=None,
        cursor=None,
        position_from=position,
        position_to=position,
        window=None,
        chunks=(),
        skip=True,
        notes=("redshift-only: nothing is read from MySQL",),
    )


def new_run_key() -> str:
    """Return a key no other run bears: this machine's time for people, randomness for uniqueness."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
