"""Compares source and target key by key; on request deletes what the source no longer has. See docs/adr/0006."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mysql_redshift.core import key_file, ledger
from mysql_redshift.core import verification as checks
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import EntryKind, LogEntry, LogFile
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import Deletes, TableSpec
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.sql.merge import Staging
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.core.verification import Check, CheckResult, KeyCounts
from mysql_redshift.errors import Conflict, DataCheckFailed, StateError
from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse, WarehouseSession
from mysql_redshift.steps.load import load
from mysql_redshift.steps.loading import deletes as load_keys
from mysql_redshift.steps.loading.transaction import LoadContext, iam_role_of
from mysql_redshift.steps.plan import new_run_key
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.session_labels import unique_label
from mysql_redshift.steps.state.watermark_cache import now_text
from mysql_redshift.steps.target import table as target

EXAMPLES = 3  # keys named in a message


def compare(
    spec: TableSpec, *, source: Source, store: ObjectStore, warehouse: Warehouse, encoder: Encoder
) -> CheckResult:
    """Compare every key; with ``deletes: reconcile`` publish and load a key file where rows are gone at the source.

    Exact whatever the source's writers do. A load of this table that commits meanwhile is a Conflict: nothing can be
    said then, and nothing is deleted.

    Raises:
        Conflict: another run loaded or published meanwhile; it is named.
        DataCheckFailed: the key file's counts do not add up.

    """
    table = source.describe(spec.source.database, spec.source.table)
    schema, cursor = resolve_schema(table, spec), resolve_cursor(table, spec)
    if cursor is None or not schema.key:
        note = f"not compared: the table has no {'key' if cursor else 'cursor'}"
        return CheckResult(check=Check.KEYS, ok=True, expected="nothing", found="nothing", note=note)
    comparison = _Comparison(
        spec=spec, schema=schema, cursor=cursor, source=source, store=store, warehouse=warehouse, encoder=encoder
    )
    return comparison.run()


@dataclass(frozen=True, kw_only=True)
class _KeyFile:
    """Every key of the source in one snapshot, on S3.

    ``comparable``: rows below the position that the target has reached.
    """

    run_key: str
    server_uuid: str
    replica: bool
    files: tuple[LogFile, ...]
    rows: int
    comparable: int


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """One comparison. What ledger and log hold is read before the source's snapshot, never after."""

    spec: TableSpec
    schema: TableSchema
    cursor: Cursor
    source: Source
    store: ObjectStore
    warehouse: Warehouse
    encoder: Encoder

    def run(self) -> CheckResult:
        head = self._journal.head()
        with self.warehouse.session(unique_label()) as session:
            loaded = _ledger_head(self.spec, session)
            session.rollback()
        entry = self._journal.read(loaded.sequence) if loaded.sequence else None
        keys = self._write(entry)
        named = False
        try:
            counts = self._count(keys, loaded)
            reason = self._why_kept(head, loaded, keys)
            result = checks.keys(counts, reconciled=not reason)
            if result.ok and counts.gone and head is not None and not reason:
                named = True  # from here on a log entry may name the files, whatever is heard of it
                self._reconcile(head, keys, counts.gone)
        finally:
            if not named:
                self._remove(keys)
        return replace(result, note="; ".join(filter(None, (result.note, reason if counts.gone else ""))))

    @property
    def _journal(self) -> Journal:
        return Journal(self.store, TableLayout.of(self.spec))

    def _write(self, entry: LogEntry | None) -> _KeyFile:
        """Stream every key to S3 inside one snapshot, counted as an extraction is."""
        gap_end, upper = (entry.gap_end, entry.position_to) if entry is not None else (None, None)
        condition = source_sql.comparable(
            self.schema, self.cursor, gap_end=gap_end, upper=_of_this_cursor(upper, self.cursor)
        )
        schema = key_file.key_schema(self.schema, self.cursor, condition)
        run_key, clock = new_run_key(), self.source.clock()  # a replica waits here for its writer
        with self.source.snapshot() as snapshot:
            rows, comparable = snapshot.query(source_sql.count_comparable(self.spec.source, condition))[0]
            sql = source_sql.rows(self.spec.source, schema, None, Chunk(index=0))
            stream = snapshot.stream(sql, schema, batch_rows=self.spec.batch_rows)
            parts = self.encoder.parts(stream, schema, part_bytes=self.spec.part_bytes)
            layout, token = TableLayout.of(self.spec), secrets.token_hex(4)
            files = []
            for number, part in enumerate(parts):
                info = self.store.upload(layout.part(run_key, 0, number, token), part.path)
                files.append(LogFile(key=info.key, size=info.size, rows=part.rows, etag=info.etag, part=number))
        return _checked(
            self.spec,
            _KeyFile(
                run_key=run_key,
                server_uuid=clock.server_uuid,
                replica=clock.replica,
                files=tuple(files),
                rows=int(rows),
                comparable=int(comparable),
            ),
        )

    def _count(self, keys: _KeyFile, loaded: LedgerHead) -> KeyCounts:
        """Load the keys into a temporary table and join it with the target, in one snapshot of Redshift."""
        ref, staging = self.spec.target, Staging(load_id=secrets.token_hex(8))
        with self.warehouse.session(unique_label()) as session:
            context = LoadContext(
                spec=self.spec,
                session=session,
                store=self.store,
                layout=TableLayout.of(self.spec),
                load_id=keys.run_key,
                iam_role=iam_role_of(self.spec),
            )
            now = _ledger_head(self.spec, session)
            if now != loaded:
                raise self._outrun(loaded, now)
            if session.describe(ref.schema, ref.table) is None:
                session.rollback()
                return KeyCounts(comparable=keys.comparable, missing=keys.comparable, stale=0, duplicates=0, gone=0)
            load_keys.stage_keys(context, staging, self.schema, self.cursor, keys.files, source_rows=keys.rows)
            session.execute(key_file.collect_gone(ref, staging, self.schema))
            missing, stale = (
                key_file.missing(ref, staging, self.schema),
                key_file.stale(ref, staging, self.schema, self.cursor),
            )
            counts = KeyCounts(
                comparable=keys.comparable,
                missing=context.number(key_file.count(missing)),
                stale=context.number(key_file.count(stale)),
                duplicates=context.number(merge_sql.count_target(ref))
                - context.number(merge_sql.count_target_keys(ref, self.schema)),
                gone=context.number(key_file.count_gone(staging)),
            )
            if self.spec.deletes is Deletes.RECONCILE:
                load_keys.refuse_empty(context, keys=keys.rows, gone=counts.gone)
            named = [*self._examples(context, missing, counts.missing), *self._examples(context, stale, counts.stale)]
            session.rollback()
        return replace(counts, examples=tuple(named))

    def _examples(self, context: LoadContext, rows: str, count: int) -> Sequence[str]:
        if not count:
            return []
        found = context.session.query(key_file.examples(rows, self.schema, most=EXAMPLES))
        return ["/".join(map(str, row)) for row in found]

    def _why_kept(self, head: LogEntry | None, loaded: LedgerHead, keys: _KeyFile) -> str:
        """Say why rows that are gone at the source stay in the target; empty where they may be deleted."""
        if self.spec.deletes is not Deletes.RECONCILE:
            return "deletes: keep"
        if keys.replica:
            return (
                "not reconciled: the source is a replica, and its endpoint may lead to another one that is behind; set "
                "writer_conn_id"
            )
        if head is not None and head.server_uuid not in ("", keys.server_uuid):
            return "not reconciled: the source is another server than the one last read; the next run's check will do"
        last = head.sequence if head is not None else 0
        if any(entry.files or entry.full for entry in self._journal.after(loaded.sequence, through=last)):
            return "not reconciled: the log holds entries that are not loaded yet"
        return ""

    def _reconcile(self, head: LogEntry, keys: _KeyFile, gone: int) -> None:
        """Publish the key file right above the head that was read before its snapshot, then load it."""
        entry = LogEntry(
            sequence=head.sequence + 1,
            kind=EntryKind.RECONCILE,
            run_key=keys.run_key,
            created_at=now_text(),
            position_from=head.position_to,
            position_to=head.position_to,
            spec=self.spec,
            cursor=self.cursor,
            files=keys.files,
            source_rows=keys.rows,
            schema=self.schema,
            fingerprint=self.schema.fingerprint,
            server_uuid=keys.server_uuid,
            observation=head.observation,
            gap_end=head.gap_end,
            actor="verify",
            reason=f"{gone} rows of the target are gone at the source",
        )
        try:
            self._journal.append(entry)
        except Conflict:
            self._remove(keys)  # the sequence is another run's, so surely no entry names these files
            raise
        load(self.spec, store=self.store, warehouse=self.warehouse)

    def _remove(self, keys: _KeyFile) -> None:
        self.store.delete([file.key for file in keys.files])

    def _outrun(self, loaded: LedgerHead, now: LedgerHead) -> Conflict:
        winner = self._journal.find(now.sequence)
        named = f"run {winner.run_key} ({winner.kind}, {winner.actor or 'unknown actor'})" if winner else "nothing"
        return Conflict(
            "Another run loaded this table while its keys were compared; nothing is said of them",
            where=self.spec.name,
            expected=f"the ledger at entry {loaded.sequence}",
            found=f"entry {now.sequence}, loaded of {named}",
            remedy="Run the check again.",
        )


def _checked(spec: TableSpec, keys: _KeyFile) -> _KeyFile:
    written = sum(file.rows for file in keys.files)
    if written != keys.rows:
        raise DataCheckFailed(
            "The key file's counts do not add up; nothing is compared or deleted",
            where=spec.name,
            expected=f"{keys.rows} rows, counted in the snapshot",
            found=f"{written} rows in the Parquet footers",
            remedy="Run again. If it repeats, report it: this is a fault of the provider.",
        )
    return keys


def _of_this_cursor(position: Position | None, cursor: Cursor) -> Position | None:
    if position is not None and position.kind is not cursor.position_kind:
        raise StateError(
            "The watermark is of another kind than the cursor",
            expected=cursor.position_kind.value,
            found=position.kind.value,
            remedy="Run: airflow mysql-redshift watermark reset, then a sync.",
        )
    return position


def _ledger_head(spec: TableSpec, session: WarehouseSession) -> LedgerHead:
    if session.describe(spec.target.ledger_schema, ledger.table_name(spec.target)) is None:
        return LedgerHead()
    return target.read_ledger_head(spec, session)
