"""Step four: apply the log entries that the ledger does not hold. A transaction moves a batch's rows and says so."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mysql_redshift.core import ledger
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, OutcomeUnknown
from mysql_redshift.ports import ObjectStore, Warehouse, WarehouseSession
from mysql_redshift.steps.loading.apply import apply_group
from mysql_redshift.steps.loading.batch import next_batch
from mysql_redshift.steps.loading.groups import AppliedEntry, group_entries
from mysql_redshift.steps.loading.ledger_rows import check_log_uri, ledger_rows
from mysql_redshift.steps.loading.recovery import explain_lost
from mysql_redshift.steps.loading.transaction import LoadContext, iam_role_of
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.session_labels import unique_label
from mysql_redshift.steps.state.watermark_cache import WatermarkState
from mysql_redshift.steps.target import table as target
from mysql_redshift.steps.target.table import TargetTooNarrow


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
        """Rows that COPY took in, over all entries."""
        return sum(entry.rows_copied for entry in self.applied)


def load(
    spec: TableSpec, *, store: ObjectStore, warehouse: Warehouse, label: str = "", iam_role: str | None = None
) -> LoadReport:
    """Load everything the log holds and the ledger does not. Twice is as once.

    ``label`` names the attempt's predecessors: sessions left behind under it are ended first.

    Raises:
        DataCheckFailed: COPY, staging or merge counted other rows than the log; nothing is committed.
        TargetError: the target is not the one the ledger knows.
        StateError: log and ledger contradict each other.
        ConnectionFailed: the connection was lost, and it is certain that nothing was committed.

    """
    try:
        return _load(spec, store, warehouse, label, iam_role)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="redshift", error=exc)
        raise


def _load(spec: TableSpec, store: ObjectStore, warehouse: Warehouse, label: str, iam_role: str | None) -> LoadReport:
    layout = TableLayout.of(spec)
    journal = Journal(store, layout)
    cache = watermark_cache.read(spec, store)
    head = journal.head(hint=cache.log_extracted)
    if head is None:
        return LoadReport(redshift_skipped=True)
    if _all_loaded(journal, cache, head):
        return LoadReport(ledger_head=cache.log_loaded, log_head=head.sequence, redshift_skipped=True)
    run = _Run(
        spec=spec,
        store=store,
        layout=layout,
        journal=journal,
        cache=cache,
        role=iam_role,
    )
    report = run.to_head(warehouse, label or unique_label())
    _remember(spec, store, report)
    return report


def _all_loaded(journal: Journal, cache: WatermarkState, head: LogEntry) -> bool:
    """Whether Redshift may sleep: the last known ledger head is known, and no entry above it brings files or a full."""
    if not 0 < cache.log_loaded <= head.sequence or cache.redshift_status != "success":
        return False
    return all(not entry.files and not entry.full for entry in journal.after(cache.log_loaded, through=head.sequence))


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One load: what does not change between its parts."""

    spec: TableSpec
    store: ObjectStore
    layout: TableLayout
    journal: Journal
    cache: WatermarkState
    role: str | None
    load_id: str = ""

    def to_head(self, warehouse: Warehouse, label: str) -> LoadReport:
        """Load batch after batch, each whole in a transaction of its own, until the log's head is reached."""
        report = LoadReport()
        while True:
            batches = self._in_session(warehouse, label)
            for batch in batches:
                report = replace(batch, applied=(*report.applied, *batch.applied))
            if report.ledger_head >= report.log_head or not batches[-1].applied:
                return report

    def _in_session(self, warehouse: Warehouse, label: str) -> list[LoadReport]:
        """Load as many batches as one session carries: all, unless a reply to COMMIT is lost."""
        done: list[LoadReport] = []
        run = self
        try:
            with warehouse.session(label) as session:
                try:
                    target.ensure_ledger(self.spec, session)
                    while not done or (done[-1].ledger_head < done[-1].log_head and done[-1].applied):
                        run = replace(self, load_id=secrets.token_hex(8))  # a transaction's own: the ledger is asked
                        done.append(run._widening(session))
                except ConnectionFailed as exc:
                    known = done[-1].ledger_head if done else self.cache.log_loaded
                    raise explain_lost(self.spec, warehouse, self.journal, exc, known=known) from exc
        except OutcomeUnknown as exc:
            done.append(run._ask(warehouse, label, exc))
        return done

    def _widening(self, session: WarehouseSession) -> LoadReport:
        """Transact; where an entry finds columns too narrow, roll back, widen them outside, and begin anew.

        Where an earlier entry of the batch makes those columns, there is nothing to widen before it is committed: then
        the entries before the one that needs more go first.
        """
        known: set[object] = set()
        through: int | None = None
        while True:
            try:
                return self._transact(session, through)
            except TargetTooNarrow as exc:
                session.rollback()
                if (exc.expected, exc.first) in known:
                    raise
                known.add((exc.expected, exc.first))
                if not target.widen(self.spec, exc.schema, session):
                    if not exc.first:
                        raise
                    through = exc.first - 1

    def _transact(self, session: WarehouseSession, through: int | None) -> LoadReport:
        session.execute(ledger.lock(self.spec.target))
        before = target.read_ledger_head(self.spec, session)
        head = self.journal.head(hint=self.cache.log_extracted)
        last = head.sequence if head is not None else 0
        check_log_uri(self.spec, self.store.uri(self.layout.root), before, last=last)
        entries = next_batch(self.journal, after=before.sequence, through=last if through is None else through)
        applied = self._apply(session, before, entries)
        session.commit()
        ledger_head = entries[-1].sequence if entries else before.sequence
        return LoadReport(load_id=self.load_id, applied=tuple(applied), ledger_head=ledger_head, log_head=last)

    def _apply(self, session: WarehouseSession, before: LedgerHead, entries: Sequence[LogEntry]) -> list[AppliedEntry]:
        full = any(entry.full for entry in entries)
        oid, generation = target.check_identity(self.spec, session, before, self.cache, entries, full=full)
        context = LoadContext(
            spec=self.spec,
            session=session,
            store=self.store,
            layout=self.layout,
            load_id=self.load_id,
            iam_role=iam_role_of(self.spec, self.role),
            max_cursor=before.max_cursor,
        )
        applied: list[AppliedEntry] = []
        for group in group_entries(entries):
            try:
                done, context = apply_group(context, group)
            except TargetTooNarrow as exc:
                first = group.entries[0].sequence
                exc.first = first if first > before.sequence + 1 else 0
                raise
            applied.extend(done)
        oid = target.oid_after(self.spec, session) or oid
        for row in ledger_rows(context, applied, entries, oid=oid, generation=generation):
            session.execute(ledger.insert_row(self.spec.target, row))
        return applied

    def _ask(self, warehouse: Warehouse, label: str, lost: OutcomeUnknown) -> LoadReport:
        """After a lost reply to COMMIT: take the ledger's lock, then read whether this load is in it."""
        with warehouse.session(label) as session:
            session.execute(ledger.lock(self.spec.target))
            rows = int(session.query(ledger.has_load(self.spec.target, self.load_id))[0][0])
            head = target.read_ledger_head(self.spec, session)
            log_head = self.journal.head(hint=head.sequence)
            applied = target.read_applied(self.spec, session, self.load_id) if rows else []
            session.rollback()
        if not rows:
            raise ConnectionFailed(
                "The connection was lost at COMMIT; the ledger says that nothing was committed",
                where=self.spec.name,
                remedy="A retry starts the load again; no row was loaded.",
            ) from lost
        last = log_head.sequence if log_head is not None else head.sequence
        return LoadReport(load_id=self.load_id, applied=tuple(applied), ledger_head=head.sequence, log_head=last)


def _remember(spec: TableSpec, store: ObjectStore, report: LoadReport) -> None:
    state = watermark_cache.read(spec, store)
    state = replace(watermark_cache.redshift_succeeded(state), log_loaded=report.ledger_head)
    if report.applied:
        state = replace(
            state, redshift_rows_loaded=report.rows_copied, last_redshift_load_time=watermark_cache.now_text()
        )
    watermark_cache.write(spec, store, state)
