"""Accepts another table as the target that was loaded: restored, resized or migrated, it has a new OID.

See docs/adr/0017. Counts and keys are compared first; the acceptance is a log entry, and the next load applies it.
"""

from __future__ import annotations

from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import Adoption, EntryKind, LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.verification import Check, CheckResult
from mysql_redshift.errors import ConfigurationError, TargetError
from mysql_redshift.ports import Encoder, ObjectStore, Source, TargetTable, Warehouse
from mysql_redshift.steps.loading.ledger_rows import check_log
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.ledger import Ledger
from mysql_redshift.steps.state.stamps import new_run_key, now_text
from mysql_redshift.steps.target.identity import is_other_table, require_same_table
from mysql_redshift.steps.verification.key_comparison import compare_keys
from mysql_redshift.steps.verification.source_counts import count_source
from mysql_redshift.steps.verification.target_state import read_target_state
from mysql_redshift.steps.verify import require_passed


def adopt(
    spec: TableSpec,
    *,
    source: Source,
    store: ObjectStore,
    warehouse: Warehouse,
    encoder: Encoder,
    actor: str,
    reason: str = "",
) -> LogEntry:
    """Compare the target with the source as of the ledger head, and publish that it is the target from now on.

    Log entries above the ledger head stay pending: the next load applies them to the adopted table.

    Raises:
        ConfigurationError: nothing was loaded yet, or the target is the one that was loaded.
        TargetError: there is no target.
        DataCheckFailed: rows are missing, stale or duplicate. Nothing was published.
        StateError: the ledger belongs to another log, or the log lacks entries that the ledger holds.
        Conflict: another run published or loaded meanwhile.

    """
    journal = Journal.of(spec, store)
    head = journal.head()
    if head is None:
        raise _nothing_to_adopt(spec, "no log entry")
    ledger_head, table = _read_target(spec, warehouse, journal, head)
    require_passed(
        spec,
        [
            _compare_keys(spec, table.oid, source=source, store=store, warehouse=warehouse, encoder=encoder),
            *_compare_counts(spec, table.oid, journal, head, source=source, warehouse=warehouse),
        ],
    )
    entry = LogEntry.after(
        head,
        spec=spec,
        kind=EntryKind.ADOPT,
        run_key=new_run_key(),
        created_at=now_text(),
        observation=head.observation,
        adopted=Adoption(target_oid=table.oid, ledger_head=ledger_head.sequence),
        actor=actor,
        reason=reason,
    )
    entry = journal.append(entry)
    watermark_cache.write(spec, store, watermark_cache.with_entry(watermark_cache.read(spec, store), entry))
    return entry


def _read_target(
    spec: TableSpec, warehouse: Warehouse, journal: Journal, head: LogEntry
) -> tuple[LedgerHead, TargetTable]:
    with warehouse.session() as session:
        ledger_head = Ledger(spec, session).head()
        table = session.describe(spec.target.schema, spec.target.table)
        session.rollback()
    check_log(spec, journal.uri, ledger_head, last=head.sequence)
    if not ledger_head.sequence:
        raise _nothing_to_adopt(spec, "an empty ledger")
    if table is None:
        require_same_table(spec, ledger_head, table, error=TargetError)
    if table is None or not is_other_table(ledger_head, table):
        raise _nothing_to_adopt(spec, f"the table with OID {ledger_head.target_oid}, which was loaded")
    return ledger_head, table


def _compare_keys(
    spec: TableSpec, oid: int, *, source: Source, store: ObjectStore, warehouse: Warehouse, encoder: Encoder
) -> CheckResult:
    found = compare_keys(spec, source=source, store=store, warehouse=warehouse, encoder=encoder, adopting=oid)
    if isinstance(found, CheckResult):
        return found
    found.key_file.delete(store)
    return found.result()


def _compare_counts(
    spec: TableSpec, oid: int, journal: Journal, head: LogEntry, *, source: Source, warehouse: Warehouse
) -> list[CheckResult]:
    with warehouse.session() as session:
        state = read_target_state(spec, session, journal, head, adopting=oid)
        session.rollback()
    results, _ = count_source(spec, source, head, state, frozenset({Check.BOUNDS}))
    return results


def _nothing_to_adopt(spec: TableSpec, found: str) -> ConfigurationError:
    return ConfigurationError(
        "There is no target to adopt",
        where=spec.route,
        expected="a table with another OID than the one that was loaded",
        found=found,
        remedy="Run the pipeline as usual; with full_refresh: true if the target's rows are not known.",
    )
