"""Step one: decide what to read, from log head, safe point and catalogue. No row is touched."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from mysql_redshift.core.engines import engine_notes
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.plan import Plan
from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.request_checks import check_head, check_layout, load_mode
from mysql_redshift.core.schema_change import schema_notes
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.ports import ObjectStore, Source, Warehouse
from mysql_redshift.steps.planning import preflight
from mysql_redshift.steps.planning.cascades import cascade_notes
from mysql_redshift.steps.planning.read_scope import Reading
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal


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
    load = load_mode(spec, schema, cursor, request)
    check_head(spec, schema, cursor, head, full=request.full_refresh)
    check_layout(spec, schema)
    reading = Reading.of(spec, request, schema, cursor, load, head, source)
    news = _target_changed(spec, schema, head)
    due = news or request.dry_run or cache.redshift_status == "failed"
    cascades = cascade_notes(spec, source) if cursor is not None and (news or request.dry_run) else ()
    engine = engine_notes(table) if news or request.dry_run else ()
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
        safe_point_reason=reading.point.reason if reading.point else "a table without a cursor is read whole",
        server_uuid=reading.server_uuid or table.server_uuid,
        observation=reading.point.observation if reading.point else None,
        gap_end=reading.decision.gap_end,
        skip=request.dry_run,
        notes=(*reading.decision.notes, *changes, *cascades, *engine),
    )


def _target_changed(spec: TableSpec, schema: TableSchema, head: LogEntry | None) -> bool:
    if head is None or head.schema is None:
        return True
    return head.spec.target != spec.target or head.schema.fingerprint != schema.fingerprint


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
