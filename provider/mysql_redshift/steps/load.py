"""Step four: apply the log entries that the ledger does not hold. Rows and ledger commit in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mysql_redshift.core.ledger import AppliedEntry
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, OutcomeUnknown
from mysql_redshift.ports import ObjectStore, Warehouse
from mysql_redshift.steps.loading.batch_load import BatchLoader, LoadedBatch
from mysql_redshift.steps.loading.recovery import explain_lost, settle_commit
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.ledger import Ledger
from mysql_redshift.steps.state.session_labels import unique_label
from mysql_redshift.steps.state.stamps import now_text
from mysql_redshift.steps.state.watermark_cache import WatermarkState


@dataclass(frozen=True, kw_only=True)
class LoadReport:
    """What a load did.

    ``redshift_skipped``: Redshift was not queried, because every log entry is known to be loaded.
    """

    load_id: str = ""
    applied: tuple[AppliedEntry, ...] = ()
    ledger_head: int = 0
    log_head: int = 0
    redshift_skipped: bool = False

    @property
    def rows_copied(self) -> int:
        """Rows that COPY read, over all entries."""
        return sum(entry.rows_copied for entry in self.applied)


def load(
    spec: TableSpec, *, store: ObjectStore, warehouse: Warehouse, label: str = "", iam_role: str | None = None
) -> LoadReport:
    """Load everything that the log holds and the ledger does not. Idempotent.

    ``label`` identifies the attempt's predecessors: their sessions are terminated first.

    Raises:
        DataCheckFailed: COPY, staging or merge counted other rows than the log; nothing is committed.
        TargetError: the target is not the one that the ledger knows.
        StateError: log and ledger contradict each other.
        ConnectionFailed: the connection was lost, and it is certain that nothing was committed.

    """
    try:
        return _load(spec, store, warehouse, label or unique_label(), iam_role)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="redshift", error=exc)
        raise


def _load(spec: TableSpec, store: ObjectStore, warehouse: Warehouse, label: str, iam_role: str | None) -> LoadReport:
    journal = Journal.of(spec, store)
    cache = watermark_cache.read(spec, store)
    head = journal.head(hint=cache.log_extracted)
    if head is None:
        return LoadReport(redshift_skipped=True)
    if _all_loaded(journal, cache, head):
        return LoadReport(ledger_head=cache.log_loaded, log_head=head.sequence, redshift_skipped=True)
    loader = BatchLoader(
        spec=spec,
        store=store,
        journal=journal,
        log_hint=cache.log_extracted,
        known_loaded=cache.log_loaded,
        iam_role=iam_role,
    )
    report = LoadReport()
    for batch in _batches(loader, warehouse, label):
        report = LoadReport(
            load_id=batch.load_id,
            applied=(*report.applied, *batch.applied),
            ledger_head=batch.ledger_head,
            log_head=batch.log_head,
        )
    _remember(spec, store, report)
    return report


def _all_loaded(journal: Journal, cache: WatermarkState, head: LogEntry) -> bool:
    """Return whether the last known ledger head is certain and no later entry has work, so Redshift can be skipped."""
    if not 0 < cache.log_loaded <= head.sequence or cache.redshift_status != "success":
        return False
    return not any(entry.has_work for entry in journal.after(cache.log_loaded, through=head.sequence))


def _batches(loader: BatchLoader, warehouse: Warehouse, label: str) -> Iterator[LoadedBatch]:
    """Yield batch after batch, each committed, until the log's head is loaded.

    One session loads them all, unless the reply to a COMMIT is lost: the ledger settles that, and a new session
    continues.
    """
    known = loader.known_loaded
    while True:
        load_id = ""
        try:
            with warehouse.session(label) as session:
                try:
                    Ledger(loader.spec, session).create()
                    while True:
                        load_id = secrets.token_hex(8)
                        batch = loader.load(session, load_id)
                        known = batch.ledger_head
                        yield batch
                        if batch.is_last:
                            return
                except ConnectionFailed as exc:
                    raise explain_lost(loader.spec, warehouse, loader.journal, exc, known=known) from exc
        except OutcomeUnknown as exc:
            batch = _settled(loader, warehouse, label, load_id, exc)
        known = batch.ledger_head
        yield batch
        if batch.is_last:
            return


def _settled(loader: BatchLoader, warehouse: Warehouse, label: str, load_id: str, lost: OutcomeUnknown) -> LoadedBatch:
    applied, ledger_head = settle_commit(loader.spec, warehouse, label, load_id, lost)
    log_head = loader.journal.head(hint=ledger_head)
    last = log_head.sequence if log_head is not None else ledger_head
    return LoadedBatch(load_id=load_id, applied=applied, ledger_head=ledger_head, log_head=last)


def _remember(spec: TableSpec, store: ObjectStore, report: LoadReport) -> None:
    state = watermark_cache.redshift_succeeded(watermark_cache.read(spec, store))
    state = replace(state, log_loaded=report.ledger_head)
    if report.applied:
        state = replace(state, redshift_rows_loaded=report.rows_copied, last_redshift_load_time=now_text())
    watermark_cache.write(spec, store, state)
