"""Loads one batch of log entries: lock, read, COPY, check, merge, ledger, COMMIT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mysql_redshift.core.ledger import AppliedEntry, LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.column import Column
from mysql_redshift.ports import ObjectStore, WarehouseSession
from mysql_redshift.steps.loading.apply import apply_groups
from mysql_redshift.steps.loading.batch import entries_through, next_batch
from mysql_redshift.steps.loading.groups import group_entries
from mysql_redshift.steps.loading.ledger_rows import check_log, ledger_rows
from mysql_redshift.steps.loading.transaction import LoadTransaction, iam_role_of
from mysql_redshift.steps.loading.widening import Widening, widening_before
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.ledger import Ledger
from mysql_redshift.steps.target.layout import unalterable
from mysql_redshift.steps.target.table import Target, still_too_narrow, widen


@dataclass(frozen=True, kw_only=True)
class LoadedBatch:
    """What one transaction committed; ``log_head`` is the last sequence that it saw in the log."""

    load_id: str = ""
    applied: Sequence[AppliedEntry] = ()
    ledger_head: int = 0
    log_head: int = 0

    @property
    def is_last(self) -> bool:
        """Whether nothing is left to load."""
        return self.ledger_head >= self.log_head or not self.applied


@dataclass(frozen=True, kw_only=True)
class BatchLoader:
    """Loads the batches of one table. ``log_hint`` and ``known_loaded`` come from the watermark cache."""

    spec: TableSpec
    store: ObjectStore
    journal: Journal
    log_hint: int
    known_loaded: int
    iam_role: str | None

    def load(self, session: WarehouseSession, load_id: str) -> LoadedBatch:
        """Apply the next pending entries in one transaction and commit it."""
        iam_role = iam_role_of(self.spec, self.iam_role)
        pending = self._lock_widened(session)
        entries, target, head = pending.entries, pending.target, pending.head
        transaction = LoadTransaction(
            spec=self.spec, session=session, store=self.store, load_id=load_id, iam_role=iam_role
        )
        applied = apply_groups(transaction, target, group_entries(entries), max_cursor=head.max_cursor)
        created = _create_missing(target, entries)
        worked = created or any(entry.has_work for entry in entries)
        rows = ledger_rows(
            applied,
            entries,
            load_id=load_id,
            log_uri=self.journal.uri,
            target_oid=target.oid if worked else head.target_oid,
            generation=pending.generation,
        )
        pending.ledger.append(rows)
        session.commit()
        ledger_head = entries[-1].sequence if entries else head.sequence
        return LoadedBatch(load_id=load_id, applied=applied, ledger_head=ledger_head, log_head=pending.log_head)

    def _lock_widened(self, session: WarehouseSession) -> _Pending:
        """Lock the ledger and read the next entries, once the target's columns are wide enough for them.

        Columns are widened between two transactions, so everything is read again under the new lock.
        """
        widened: tuple[Column, ...] = ()
        while True:
            pending = self._lock(session)
            columns = pending.widening.columns
            if not columns:
                return pending
            session.rollback()
            if columns == widened:
                raise still_too_narrow(self.spec, columns)
            widen(self.spec, columns, session)
            widened = columns

    def _lock(self, session: WarehouseSession) -> _Pending:
        ledger = Ledger(self.spec, session)
        ledger.lock()
        head = ledger.head()
        log_head = self.journal.head(hint=self.log_hint)
        last = log_head.sequence if log_head is not None else 0
        check_log(self.spec, self.journal.uri, head, last=last)
        entries = next_batch(self.journal, after=head.sequence, through=last)
        target = Target(self.spec, session)
        pending = self.journal.after(head.sequence, through=last)
        generation = target.check_identity(head, entries, known_loaded=self.known_loaded, pending=pending)
        widening = self._widening(session, target, entries)
        if widening.through is not None:
            entries = entries_through(entries, widening.through)
        return _Pending(
            ledger=ledger,
            head=head,
            target=target,
            generation=generation,
            entries=entries,
            log_head=last,
            widening=widening,
        )

    def _widening(self, session: WarehouseSession, target: Target, entries: Sequence[LogEntry]) -> Widening:
        """Query what Redshift does not alter only if there is something to widen."""
        groups = group_entries(entries)
        widening = widening_before(self.spec, groups, target.table)
        if not widening.columns:
            return widening
        return widening_before(self.spec, groups, target.table, fixed=unalterable(self.spec, session))


def _create_missing(target: Target, entries: Sequence[LogEntry]) -> bool:
    """Create the target of a table whose first runs found no row, so that queries and checks find it."""
    last = next((entry for entry in reversed(entries) if entry.schema is not None), None)
    if target.table is not None or last is None or last.schema is None:
        return False
    target.create(last.schema, last.load)
    return True


@dataclass(frozen=True, kw_only=True)
class _Pending:
    """What was read under the ledger's lock."""

    ledger: Ledger
    head: LedgerHead
    target: Target
    generation: int
    entries: Sequence[LogEntry]
    log_head: int
    widening: Widening
