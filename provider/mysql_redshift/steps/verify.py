"""Step five: count again at source and target, and move ``verified_through``. Changes no row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mysql_redshift.core import verification
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.verification import Check, CheckResult
from mysql_redshift.errors import ConfigurationError, DataCheckFailed, MysqlRedshiftError
from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.verification.due import compared_through, due_checks, is_complete, passed_at, with_passed
from mysql_redshift.steps.verification.key_comparison import compare_keys
from mysql_redshift.steps.verification.known_target import known_loaded, read_known_target
from mysql_redshift.steps.verification.left_out import name_left_out
from mysql_redshift.steps.verification.report import VerifyReport
from mysql_redshift.steps.verification.source_counts import count_source
from mysql_redshift.steps.verification.target_state import TargetState, read_target_state

DEFAULT = (Check.CUSTODY, Check.BOUNDS)


def verify(
    spec: TableSpec,
    *,
    source: Source | None,
    store: ObjectStore,
    warehouse: Warehouse,
    encoder: Encoder | None = None,
    checks: Sequence[str] = DEFAULT,
    if_due: bool = False,
    compared: CheckResult | None = None,
) -> VerifyReport:
    """Run the named checks on real counts. ``custody`` needs no ``source``; ``keys`` needs the ``encoder``.

    ``if_due``: keys are compared once a day, and no row is counted if nothing was loaded since a verification of the
    last day and every later entry is empty. Log entries that an earlier verification compared are then only looked up
    in the ledger. ``compared``: the outcome of a key comparison that was just made; keys are not compared again.
    ``verified_through`` never moves without a look at ledger and target. A check that had nothing to compare counts as
    not made.

    Raises:
        DataCheckFailed: naming each failed check with both counts and the remedy; or ledger or target are not those
            that were loaded.
        StateError: the ledger belongs to another log.
        ConfigurationError: a check has an unknown name, or its source or encoder is missing.

    """
    wanted = named_checks(checks)
    journal = Journal.of(spec, store)
    cache = watermark_cache.read(spec, store)
    head = journal.head(hint=cache.log_extracted)
    if head is None:
        return VerifyReport()
    due = due_checks(wanted, journal, cache, head) if if_due and compared is None else wanted
    if not due:
        return _count_nothing(spec, store, warehouse, wanted, journal, head)
    try:
        results = [compared] if compared is not None else []
        if Check.KEYS in due and compared is None:
            results.append(_compare(spec, source=source, store=store, warehouse=warehouse, encoder=encoder))
        head = journal.head(hint=head.sequence) or head
        known = compared_through(cache) if if_due else 0
        target = _read_target(spec, warehouse, journal, head, known=known, loaded=known_loaded(cache, head))
        results += _count(spec, source, head, target, due)
        require_passed(spec, results)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="verify", error=exc)
        raise
    ledger_head = target.entry.sequence if target.entry is not None else 0
    report = VerifyReport(
        results=tuple(results),
        rows=target.rows,
        position=target.position,
        log_head=head.sequence,
        ledger_head=ledger_head,
    )
    state = watermark_cache.read(spec, store)
    if not report.looked:
        return replace(report, position=state.verified_through)
    made = due - {result.check for result in results if not result.compared}
    state = with_passed(state, spec, made, sequence=ledger_head, position=target.position)
    watermark_cache.write(spec, store, state)
    return report


def named_checks(checks: Sequence[str]) -> frozenset[Check]:
    """Return the checks of these names; raises ConfigurationError for an unknown name or none at all."""
    known = {check.value for check in Check}
    unknown = sorted(set(map(str, checks)) - known)
    if unknown or not checks:
        raise ConfigurationError(
            "Unknown check", expected=", ".join(sorted(known)), found=", ".join(unknown) or "no check"
        )
    return frozenset(Check(name) for name in checks)


def require_source(spec: TableSpec, source: Source | None) -> Source:
    """Return the source; raises ConfigurationError if there is none."""
    if source is None:
        raise ConfigurationError("Without MySQL only the check custody is possible", where=spec.name)
    return source


def require_encoder(spec: TableSpec, encoder: Encoder | None) -> Encoder:
    """Return the encoder; raises ConfigurationError if there is none."""
    if encoder is None:
        raise ConfigurationError("The check keys writes files, so it needs an encoder", where=spec.name)
    return encoder


def _count_nothing(
    spec: TableSpec,
    store: ObjectStore,
    warehouse: Warehouse,
    wanted: frozenset[Check],
    journal: Journal,
    head: LogEntry,
) -> VerifyReport:
    """Look whether ledger and target are those that were verified, unless Redshift may sleep."""
    state = watermark_cache.read(spec, store)
    report = VerifyReport(log_head=head.sequence, ledger_head=state.log_loaded, checked_at=passed_at(state, wanted))
    if spec.may_sleep:
        return replace(report, position=state.verified_through, redshift_skipped=True)
    try:
        with warehouse.session() as session:
            read_known_target(spec, session, log_uri=journal.uri, loaded=state.log_loaded)
            session.rollback()
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="verify", error=exc)
        raise
    if is_complete(spec, wanted):
        state = watermark_cache.read(spec, store)
        watermark_cache.write(spec, store, replace(state, verified_through=head.position_to))
    return replace(report, position=head.position_to, unchanged=True)


def _compare(
    spec: TableSpec, *, source: Source | None, store: ObjectStore, warehouse: Warehouse, encoder: Encoder | None
) -> CheckResult:
    found = compare_keys(
        spec,
        source=require_source(spec, source),
        store=store,
        warehouse=warehouse,
        encoder=require_encoder(spec, encoder),
    )
    if isinstance(found, CheckResult):
        return found
    found.key_file.delete(store)
    return found.result(f"deletes: {spec.deletes}")


def _read_target(
    spec: TableSpec, warehouse: Warehouse, journal: Journal, head: LogEntry, *, known: int, loaded: int
) -> TargetState:
    with warehouse.session() as session:
        state = read_target_state(spec, session, journal, head, known=known, loaded=loaded)
        session.rollback()
    return state


def _count(
    spec: TableSpec, source: Source | None, head: LogEntry, state: TargetState, due: frozenset[Check]
) -> list[CheckResult]:
    results, left_out = [], name_left_out(head)
    if Check.CUSTODY in due:
        results.append(verification.custody(log=state.log, ledger=state.ledger, known=state.known, unread=state.unread))
    if due & {Check.BOUNDS, Check.WINDOW}:
        counted, left_out = count_source(spec, require_source(spec, source), head, state, due)
        results += counted
    return [result.with_note(left_out) for result in results]


def require_passed(spec: TableSpec, results: Iterable[CheckResult]) -> None:
    """Raise DataCheckFailed, naming each failed check, unless all passed."""
    failed = verification.failures(results)
    if not failed:
        return
    raise DataCheckFailed(
        f"Verification failed: {', '.join(result.check.value for result in failed)}",
        where=spec.route,
        expected="; ".join(f"{result.check}: {result.expected}" for result in failed),
        found="; ".join(f"{result.check}: {result.found}" for result in failed),
        remedy=" ".join(dict.fromkeys(result.remedy for result in failed)),
    )
