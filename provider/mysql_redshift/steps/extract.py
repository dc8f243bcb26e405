"""Step two: read one chunk in one snapshot, write it to S3, and count its rows four times."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.engines import has_snapshots
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.position import Position
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import SourceTable, TableSchema
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError, SourceError, SourceMoved
from mysql_redshift.ports import Batch, Encoder, ObjectStore, RowStream, Snapshot, Source
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.parts import upload_parts


def extract(plan: Plan, chunk: Chunk, *, source: Source, store: ObjectStore, encoder: Encoder) -> Receipt:
    """Read ``chunk`` and return the counts: the snapshot's count = rows read = rows written = rows of the footers.

    Files are uploaded under keys of this attempt; they have no effect until a log entry names them. A failure is
    recorded in the watermark cache; no position moves.

    Raises:
        DataCheckFailed: two of the counts differ.
        SourceMoved: they differ for a table whose engine has no snapshots; a retry may succeed.
        SourceError: the table or the server is not the one that was planned.

    """
    try:
        return _extract(plan, chunk, source, store, encoder)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(plan.spec, store, stage="mysql", error=exc)
        raise


def _extract(plan: Plan, chunk: Chunk, source: Source, store: ObjectStore, encoder: Encoder) -> Receipt:
    started = time.monotonic()
    table = source.describe(plan.spec.source.database, plan.spec.source.table)
    _require_planned_server(plan, table)
    schema = _planned_schema(plan, table)
    with source.snapshot() as snapshot:
        expected, cursor_range = _count(plan, chunk, schema, snapshot)
        last = _last_read(plan, chunk, schema, snapshot) if expected == plan.request.limit else None
        sql = source_sql.rows(plan.spec.source, schema, plan.cursor, chunk, limit=plan.request.limit)
        stream = snapshot.stream(sql, schema, batch_rows=plan.spec.batch_rows)
        tally = _Tally(stream)
        parts = encoder.parts(tally, schema, part_bytes=plan.spec.part_bytes)
        layout = TableLayout.of(plan.spec)
        files = tuple(upload_parts(parts, store=store, layout=layout, run_key=plan.run_key, chunk=chunk.index))
    _check(plan, chunk, table, counted=expected, read=tally.rows, written=sum(file.rows for file in files))
    return Receipt(
        run_key=plan.run_key,
        chunk=chunk.index,
        rows=expected,
        files=files,
        cursor_range=cursor_range,
        last=last,
        policy_counts=dict(stream.policy_counts),
        seconds=round(time.monotonic() - started, 3),
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


class _Tally:
    """Counts the rows that pass from the reader to the encoder."""

    def __init__(self, stream: RowStream) -> None:
        self._stream = stream
        self.rows = 0

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._stream:
            self.rows += batch.num_rows
            yield batch


def _require_planned_server(plan: Plan, table: SourceTable) -> None:
    """The safe point holds for the server whose clock was read; replicas of one endpoint differ by design."""
    if "" in (plan.writer_uuid, table.server_uuid) or plan.writer_uuid == table.server_uuid:
        return
    raise SourceError(
        "The source became another server between plan and extract; nothing was published",
        where=plan.spec.name,
        expected=f"server {plan.writer_uuid}, as planned",
        found=f"server {table.server_uuid}",
        remedy="Start a new run: it plans with the server as it is now.",
    )


def _planned_schema(plan: Plan, table: SourceTable) -> TableSchema:
    """Return the plan's schema; raises SourceError if the table no longer has it."""
    if plan.table_schema is None:
        raise SourceError("This plan has no columns to read", where=plan.spec.name)
    found = resolve_schema(table, plan.spec)
    if found.fingerprint != plan.table_schema.fingerprint:
        raise SourceError(
            "The table was altered between plan and extract",
            where=plan.spec.name,
            expected=", ".join(f"{c.name} {c.source_type}" for c in plan.table_schema.columns),
            found=", ".join(f"{c.name} {c.source_type}" for c in found.columns),
            remedy="Start a new run: it plans with the table as it is now.",
        )
    return plan.table_schema


def _count(plan: Plan, chunk: Chunk, schema: TableSchema, snapshot: Snapshot) -> tuple[int, tuple[str, str] | None]:
    sql = source_sql.count(plan.spec.source, schema, plan.cursor, chunk, limit=plan.request.limit)
    rows, low, high = snapshot.query(sql)[0]
    return int(rows), (str(low), str(high)) if low is not None else None


def _last_read(plan: Plan, chunk: Chunk, schema: TableSchema, snapshot: Snapshot) -> Position | None:
    if plan.cursor is None or plan.request.limit is None:
        return None
    sql = source_sql.last_read(plan.spec.source, schema, plan.cursor, chunk, limit=plan.request.limit)
    value, *key = snapshot.query(sql)[0]
    return Position(
        kind=plan.cursor.position_kind, value=plan.cursor.parse(str(value)), key=tuple(str(part) for part in key)
    )


def _check(plan: Plan, chunk: Chunk, table: SourceTable, *, counted: int, read: int, written: int) -> None:
    if counted == read == written:
        return
    where, found = f"{plan.spec.name}, {chunk}", f"{read} rows read, {written} rows in the Parquet footers"
    if not has_snapshots(table):
        raise SourceMoved(
            f"Rows were written while the table was read, and engine {table.engine} has no snapshots; the chunk was "
            "not published",
            where=where,
            expected=f"{counted} rows, counted before",
            found=found,
            remedy="A retry reads the chunk again. ALTER TABLE ... ENGINE=InnoDB prevents this.",
        )
    raise DataCheckFailed(
        "Source and Parquet row counts differ; the chunk was not published",
        where=where,
        expected=f"{counted} rows, counted in the snapshot",
        found=found,
        remedy="Run again. If it repeats, keep the files of this run and report it: this is a fault of the provider.",
    )
