"""Compares source and target key by key. Changes neither; see docs/adr/0006."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mysql_redshift.core.beyond_clock import beyond_note
from mysql_redshift.core.column_changes import check_columns
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import key_file as key_file_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.core.verification import Check, CheckResult, KeyCounts, not_compared, null_cursor_note
from mysql_redshift.core.verification import keys as judge_keys
from mysql_redshift.errors import Conflict
from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse, WarehouseSession
from mysql_redshift.steps.loading.deletes import stage_keys
from mysql_redshift.steps.loading.transaction import LoadTransaction, iam_role_of
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.verification.key_file import KeyFile, write_key_file
from mysql_redshift.steps.verification.known_target import known_loaded, read_known_target

EXAMPLES = 3  # keys named in a message


@dataclass(frozen=True, kw_only=True)
class KeyComparison:
    """What a comparison found, and the key file that it read. The caller must publish or delete that file.

    ``head`` and ``ledger_head`` were read before the snapshot of the source.
    """

    schema: TableSchema
    cursor: Cursor
    head: LogEntry | None
    ledger_head: LedgerHead
    key_file: KeyFile
    counts: KeyCounts

    def result(self, note: str = "", *, reconciled: bool = False) -> CheckResult:
        """Return the outcome of the check ``keys``; ``note`` gives the reason if deleted rows are kept."""
        result = judge_keys(self.counts, reconciled=reconciled).with_note(beyond_note(self.key_file.beyond))
        result = result.with_note(note) if self.counts.deleted else result
        return result.with_note(null_cursor_note(self.key_file.nulls)).with_note(self.key_file.left_out)


def compare_keys(
    spec: TableSpec,
    *,
    source: Source,
    store: ObjectStore,
    warehouse: Warehouse,
    encoder: Encoder,
    adopting: int = 0,
) -> KeyComparison | CheckResult:
    """Compare every key; return a passed check if the table has no key or cursor to compare by.

    ``adopting`` is that of ``read_known_target``.

    Exact while the source is written to. A load of this table that commits meanwhile is a Conflict: the comparison
    then proves nothing.

    Raises:
        Conflict: another run, which is named, loaded the table meanwhile.
        SourceError: the columns changed since the last run so that loaded values may be wrong.
        DataCheckFailed: the key file's counts differ, or ledger or target are not those that were loaded.
        StateError: the ledger belongs to another log.

    """
    table = source.describe(spec.source.database, spec.source.table)
    schema, cursor = resolve_schema(table, spec), resolve_cursor(table, spec)
    if cursor is None or not schema.key:
        return not_compared(Check.KEYS, f"the table has no {'key' if cursor else 'cursor'}")
    journal = Journal.of(spec, store)
    head = journal.head()
    if head is not None:
        check_columns(spec, head.schema, schema, accept=False)
    known = known_loaded(watermark_cache.read(spec, store), head)
    with warehouse.session() as session:
        loaded, _ = read_known_target(spec, session, log_uri=journal.uri, loaded=known, adopting=adopting)
        session.rollback()
    entry = journal.read(loaded.sequence) if loaded.sequence else None
    key_file = write_key_file(spec, schema, cursor, entry, head, source=source, store=store, encoder=encoder)
    try:
        with warehouse.session() as session:
            counter = _Counter(spec=spec, schema=schema, cursor=cursor, store=store, session=session, adopting=adopting)
            counts = counter.count(key_file, loaded, journal)
            session.rollback()
    except BaseException:
        key_file.delete(store)
        raise
    return KeyComparison(schema=schema, cursor=cursor, head=head, ledger_head=loaded, key_file=key_file, counts=counts)


@dataclass(frozen=True, kw_only=True)
class _Counter:
    """Loads the keys into a temporary table and joins it with the target, in one snapshot of Redshift."""

    spec: TableSpec
    schema: TableSchema
    cursor: Cursor
    store: ObjectStore
    session: WarehouseSession
    adopting: int

    def count(self, key_file: KeyFile, loaded: LedgerHead, journal: Journal) -> KeyCounts:
        now, target = read_known_target(
            self.spec, self.session, log_uri=journal.uri, loaded=loaded.sequence, adopting=self.adopting
        )
        if now != loaded:
            raise _overtaken(self.spec, journal, loaded, now)
        if target is None:
            missing = key_file.comparable
            return KeyCounts(comparable=missing, missing=missing, stale=0, duplicates=0, deleted=0)
        staging = Staging(load_id=secrets.token_hex(8))
        transaction = LoadTransaction(
            spec=self.spec,
            session=self.session,
            store=self.store,
            load_id=key_file.run_key,
            iam_role=iam_role_of(self.spec),
        )
        stage_keys(transaction, staging, self.schema, self.cursor, key_file.files, source_rows=key_file.rows)
        return self._join(transaction, staging, key_file)

    def _join(self, transaction: LoadTransaction, staging: Staging, key_file: KeyFile) -> KeyCounts:
        ref = self.spec.target
        transaction.session.execute(key_file_sql.collect_deleted(ref, staging, self.schema))
        missing = key_file_sql.missing(ref, staging, self.schema)
        stale = key_file_sql.stale(ref, staging, self.schema, self.cursor)
        found = {rows: transaction.number(key_file_sql.count(rows)) for rows in (missing, stale)}
        rows = transaction.number(target_sql.count(ref))
        return KeyCounts(
            comparable=key_file.comparable,
            missing=found[missing],
            stale=found[stale],
            duplicates=rows - transaction.number(target_sql.count_keys(ref, self.schema)),
            deleted=transaction.number(key_file_sql.count_deleted(staging)),
            examples=tuple(key for sql, count in found.items() if count for key in self._examples(sql)),
        )

    def _examples(self, rows: str) -> Sequence[str]:
        found = self.session.query(key_file_sql.examples(rows, self.schema, limit=EXAMPLES))
        return ["/".join(map(str, row)) for row in found]


def _overtaken(spec: TableSpec, journal: Journal, loaded: LedgerHead, now: LedgerHead) -> Conflict:
    winner = journal.find(now.sequence)
    run = f"run {winner.run_key} ({winner.kind}, {winner.actor or 'unknown actor'})" if winner else "unknown run"
    return Conflict(
        "Another run loaded this table during the key comparison; the result is discarded",
        where=spec.name,
        expected=f"the ledger head at entry {loaded.sequence}",
        found=f"entry {now.sequence}, loaded by {run}",
        remedy="Run the check again.",
    )
