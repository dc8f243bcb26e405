"""Writes the key file: every key of the source in one snapshot, on S3."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.beyond_clock import beyond_limit, is_counted
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.key_file import key_schema
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogEntry, LogFile
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import DataCheckFailed, StateError
from mysql_redshift.ports import Encoder, ObjectStore, Source
from mysql_redshift.steps.state.parts import upload_parts
from mysql_redshift.steps.state.stamps import new_run_key
from mysql_redshift.steps.verification.left_out import count_left_out


@dataclass(frozen=True, kw_only=True)
class KeyFile:
    """The files, their rows, and which server was read.

    ``comparable``: rows that a loaded entry accounts for, so that the target must hold them unchanged. ``left_out``: a
    note on the rows that no entry accounts for. ``nulls``: rows with a NULL cursor. ``beyond``: rows beyond the
    source's clock that no read has included.
    """

    run_key: str
    server_uuid: str
    replica: bool
    files: tuple[LogFile, ...]
    rows: int
    comparable: int
    left_out: str
    nulls: int
    beyond: int = 0

    def delete(self, store: ObjectStore) -> None:
        """Delete the files. Only if no log entry can name them."""
        store.delete([file.key for file in self.files])


def write_key_file(
    spec: TableSpec,
    schema: TableSchema,
    cursor: Cursor,
    loaded: LogEntry | None,
    head: LogEntry | None,
    *,
    source: Source,
    store: ObjectStore,
    encoder: Encoder,
) -> KeyFile:
    """Stream every key to S3 inside one snapshot, counted like an extraction. ``loaded``: the entry at the ledger head.

    ``head``: the log head.

    Raises:
        DataCheckFailed: the snapshot's count and the footers differ.

    """
    _require_kind(spec, loaded, cursor)
    accounted = loaded.accounted_by(cursor, schema) if loaded is not None else ()
    condition = source_sql.comparable(schema, cursor, accounted)
    columns = key_schema(schema, cursor, condition)
    run_key, clock = new_run_key(), source.clock()  # on a replica, the clock waits for the writer
    with source.snapshot() as snapshot:
        limit = beyond_limit(cursor, clock.now)
        counts = snapshot.query(source_sql.count_comparable(spec.source, cursor, condition, limit=limit))[0]
        rows, comparable, beyond, nulls = map(int, counts)
        sql = source_sql.rows(spec.source, columns, None, Chunk(index=0))
        stream = snapshot.stream(sql, columns, batch_rows=spec.batch_rows)
        parts = encoder.parts(stream, columns, part_bytes=spec.part_bytes)
        left_out = count_left_out(spec, snapshot, head) if head is not None else ""
        files = tuple(upload_parts(parts, store=store, layout=TableLayout.of(spec), run_key=run_key))
    _check(spec, counted=rows, written=sum(file.rows for file in files))
    return KeyFile(
        run_key=run_key,
        server_uuid=clock.server_uuid,
        replica=clock.replica,
        files=files,
        rows=rows,
        comparable=comparable,
        beyond=beyond if is_counted(cursor, full=loaded is not None and loaded.full) else 0,
        left_out=left_out,
        nulls=nulls,
    )


def _check(spec: TableSpec, *, counted: int, written: int) -> None:
    if written != counted:
        raise DataCheckFailed(
            "The key file's row counts differ; nothing was compared or deleted",
            where=spec.name,
            expected=f"{counted} rows, counted in the snapshot",
            found=f"{written} rows in the Parquet footers",
            remedy="Run again. If it repeats, report it: this is a fault of the provider.",
        )


def _require_kind(spec: TableSpec, loaded: LogEntry | None, cursor: Cursor) -> None:
    position = loaded.position_to if loaded is not None else None
    if position is not None and position.kind is not cursor.position_kind:
        raise StateError(
            "The watermark is of another kind than the cursor",
            where=f"{spec.name}, cursor {cursor.column}",
            expected=cursor.position_kind.value,
            found=position.kind.value,
            remedy=f"Run: airflow mysql-redshift watermark reset --pipeline {spec.pipeline} "
            f"--table {spec.source.table}; then a sync.",
        )
