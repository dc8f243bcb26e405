"""Step one: decide what to read, from log head, safe point and catalogue. Reads no row."""

from __future__ import annotations

from typing import Any

from mysql_redshift.core.column_changes import check_columns
from mysql_redshift.core.engines import engine_notes
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.plan import Plan
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.request_checks import check_head, check_layout, load_mode
from mysql_redshift.core.schema_change import schema_notes
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import SourceTable, TableSchema
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.ports import ObjectStore, Source, Warehouse
from mysql_redshift.steps.planning.cursor_values import check_cursor_values
from mysql_redshift.steps.planning.preflight import cascade_notes, check_bucket, check_target
from mysql_redshift.steps.planning.read_scope import ReadScope
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.stamps import new_run_key


def plan(
    spec: TableSpec,
    request: RunRequest,
    *,
    source: Source | None,
    store: ObjectStore,
    warehouse: Warehouse | None = None,
) -> Plan:
    """Decide one run: its window, its chunks and its sequence in the log.

    With a ``warehouse`` the target is checked too, before any row moves: in a table's first run, after its columns or
    its target changed, and after a failed load. Otherwise Redshift is not queried. Mode redshift-only needs neither
    ``source`` nor ``warehouse``. A failure is recorded in the watermark cache; no position moves. A dry run writes
    nothing at all.

    Raises:
        MysqlRedshiftError: a condition that would fail the run later, as far as it can be detected now.

    """
    try:
        return _plan(spec, request, source, store, warehouse)
    except MysqlRedshiftError as exc:
        if not request.dry_run:
            watermark_cache.note_failure(spec, store, stage="mysql", error=exc)
        raise


def _plan(
    spec: TableSpec, request: RunRequest, source: Source | None, store: ObjectStore, warehouse: Warehouse | None
) -> Plan:
    cache = watermark_cache.read(spec, store)
    journal = Journal.of(spec, store)
    head = journal.head(hint=cache.log_extracted)
    if not request.reads_source or source is None:
        return _nothing_to_read(spec, request, head)
    if head is None and not request.dry_run:
        check_bucket(spec, store)
    table = source.describe(spec.source.database, spec.source.table)
    schema = resolve_schema(table, spec)
    cursor = resolve_cursor(table, spec)
    load = load_mode(spec, schema, cursor, request)
    check_head(spec, schema, cursor, head, full=request.full_refresh)
    check_layout(spec, schema)
    scope = ReadScope.of(spec, request, schema, cursor, load, head, source, journal)
    changed = _target_changed(spec, schema, head)
    values = check_cursor_values(
        spec, cursor, load, scope.reading, source, head=head, full=scope.full, first=scope.first
    )
    notes = [*scope.decision.notes, *values.notes]
    notes += schema_notes(head.schema if head is not None else None, schema)
    must_check_target = changed or request.dry_run or cache.redshift_status == "failed"
    if warehouse is not None and must_check_target and scope.chunks and request.checks_target:
        notes += check_target(spec, schema, warehouse)
    notes += _check_columns(spec, request, schema, head, scope)
    if head is None and request.dry_run:
        notes.append("the bucket's conditional writes are tested by the first run: a dry run writes nothing")
    if changed or request.dry_run:
        notes += _source_notes(spec, table, source, has_cursor=cursor is not None)
    return Plan(
        **_common(spec, request, head),
        kind=scope.decision.kind,
        load=load,
        full=scope.full,
        table_schema=schema,
        cursor=cursor,
        position_to=scope.decision.position_to,
        window=scope.decision.window,
        chunks=scope.chunks,
        safe_point_reason=scope.point.reason if scope.point else "a table without a cursor is read whole",
        server_uuid=scope.server_uuid or table.server_uuid,
        writer_uuid="" if spec.source.writer_conn_id else scope.writer_uuid,
        observation=scope.point.observation if scope.point else None,
        accounted=scope.accounted,
        nulls_read=scope.nulls_read,
        rows_beyond_clock=values.rows_beyond_clock,
        newest_cursor=values.newest,
        skip=request.dry_run,
        notes=tuple(notes),
    )


def _check_columns(
    spec: TableSpec, request: RunRequest, schema: TableSchema, head: LogEntry | None, scope: ReadScope
) -> tuple[str, ...]:
    """Older rows do not matter to a run that reads every row, or the first rows after a reset."""
    if head is None or scope.full or (scope.first and request.limit is None):
        return ()
    return check_columns(spec, head.schema, schema, accept=request.accept_columns)


def _common(spec: TableSpec, request: RunRequest, head: LogEntry | None) -> dict[str, Any]:
    return {
        "spec": spec,
        "request": request,
        "run_key": new_run_key(),
        "sequence": head.sequence + 1 if head is not None else 1,
        "position_from": head.position_to if head is not None else None,
    }


def _target_changed(spec: TableSpec, schema: TableSchema, head: LogEntry | None) -> bool:
    """Return whether target or columns are new since the last entry that named any."""
    if head is None or head.schema is None:
        return True
    return head.spec.target != spec.target or head.schema.fingerprint != schema.fingerprint


def _source_notes(spec: TableSpec, table: SourceTable, source: Source, *, has_cursor: bool) -> tuple[str, ...]:
    """Return warnings about the source that do not change from run to run."""
    cascades = cascade_notes(spec, source) if has_cursor else ()
    return (*cascades, *engine_notes(table))


def _nothing_to_read(spec: TableSpec, request: RunRequest, head: LogEntry | None) -> Plan:
    return Plan(
        **_common(spec, request, head),
        kind=EntryKind.EMPTY,
        load=spec.load or LoadMode.MERGE,
        full=False,
        table_schema=None,
        cursor=None,
        position_to=head.position_to if head is not None else None,
        window=None,
        chunks=(),
        skip=True,
        notes=("redshift-only: nothing is read from MySQL",),
    )
