"""Step five: count again, at both ends, and let ``verified_through`` move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mysql_redshift.core import verification as rules
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.verification import Check, CheckResult
from mysql_redshift.errors import ConfigurationError, DataCheckFailed, MysqlRedshiftError
from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.session_labels import unique_label
from mysql_redshift.steps.verification import keys
from mysql_redshift.steps.verification.due import compared_through, due_checks, is_whole, with_passed
from mysql_redshift.steps.verification.source_counts import count
from mysql_redshift.steps.verification.target_state import read_target_state


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """Every check passed. ``rows`` is the target's count; ``position`` what was verified through.

    ``redshift_skipped``: Redshift was not queried: nothing was loaded since the last verification, which is of today.
    """

    results: tuple[CheckResult, ...] = ()
    rows: int | None = None
    position: Position | None = None
    log_head: int = 0
    ledger_head: int = 0
    redshift_skipped: bool = False


def verify(
    spec: TableSpec,
    *,
    source: Source | None,
    store: ObjectStore,
    warehouse: Warehouse,
    encoder: Encoder | None = None,
    checks: Sequence[str] = (Check.CUSTODY, Check.BOUNDS),
    if_due: bool = False,
) -> VerifyReport:
    """Run the checks named, on real counts. ``custody`` does without ``source``; ``keys`` needs the ``encoder``.

    With ``deletes: reconcile`` the check ``keys`` also deletes what the source no longer has.
    With ``if_due`` keys are compared once a day, and Redshift is left asleep where nothing was loaded since a
    verification of the last day, and every entry above that is empty: those windows were counted at the source, and
    held no row. Log entries that a verification compared before are then only looked for in the ledger.

    Raises:
        DataCheckFailed: naming each check that failed, with both counts and what to do.
        ConfigurationError: a check has an unknown name.

    """
    wanted = _names(checks)
    journal = Journal(store, TableLayout.of(spec))
    cache = watermark_cache.read(spec, store)
    head = journal.head(hint=cache.log_extracted)
    if head is None:
        return VerifyReport()
    due = due_checks(wanted, journal, cache, head) if if_due else wanted
    if not due:
        if is_whole(spec, wanted):
            watermark_cache.write(spec, store, replace(cache, verified_through=head.position_to))
        return VerifyReport(position=head.position_to, log_head=head.sequence, redshift_skipped=True)
    try:
        compared = _keys(spec, source, store, warehouse, encoder) if Check.KEYS in due else ()
        head = journal.head(hint=head.sequence) or head
        known = compared_through(cache) if if_due else 0
        report = _verify(spec, source, warehouse, due, journal, head, compared, known)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="verify", error=exc)
        raise
    state = watermark_cache.read(spec, store)
    state = with_passed(state, spec, due, sequence=report.ledger_head, position=report.position)
    watermark_cache.write(spec, store, state)
    return report


def _keys(
    spec: TableSpec, source: Source | None, store: ObjectStore, warehouse: Warehouse, encoder: Encoder | None
) -> tuple[CheckResult, ...]:
    if encoder is None:
        raise ConfigurationError("The check keys writes files, so it needs an encoder", where=spec.name)
    given = _needed(spec, source)
    return (keys.compare(spec, source=given, store=store, warehouse=warehouse, encoder=encoder),)


def _verify(
    spec: TableSpec,
    source: Source | None,
    warehouse: Warehouse,
    wanted: frozenset[Check],
    journal: Journal,
    head: LogEntry,
    compared: tuple[CheckResult, ...],
    known: int,
) -> VerifyReport:
    schema = head.schema or TableSchema(columns=(), key=())
    with warehouse.session(unique_label()) as session:
        state = read_target_state(spec, session, schema, journal, head, known=known)
        session.rollback()
    results = list(compared)
    if Check.CUSTODY in wanted:
        results.append(rules.custody(log=state.log, ledger=state.ledger, known=state.known))
    if wanted & {Check.BOUNDS, Check.WINDOW}:
        results += count(spec, _needed(spec, source), schema, head, state, wanted)
    _require(spec, results)
    return VerifyReport(
        results=tuple(results),
        rows=state.rows,
        position=state.position,
        log_head=head.sequence,
        ledger_head=state.entry.sequence if state.entry is not None else 0,
    )


def _needed(spec: TableSpec, source: Source | None) -> Source:
    if source is None:
        raise ConfigurationError("Only the check custody does without MySQL", where=spec.name)
    return source


def _require(spec: TableSpec, results: Iterable[CheckResult]) -> None:
    failed = [result for result in results if not result.ok]
    if not failed:
        return
    raise DataCheckFailed(
        f"Verification failed: {', '.join(result.check.value for result in failed)}",
        where=f"{spec.name} -> {spec.target.schema}.{spec.target.table}",
        expected="; ".join(f"{result.check}: {result.expected}" for result in failed),
        found="; ".join(f"{result.check}: {result.found}" for result in failed),
        remedy=" ".join(dict.fromkeys(result.remedy for result in failed)),
    )


def _names(checks: Sequence[str]) -> frozenset[Check]:
    known = {check.value for check in Check}
    unknown = sorted(set(map(str, checks)) - known)
    if unknown or not checks:
        raise ConfigurationError(
            "Unknown check", expected=", ".join(sorted(known)), found=", ".join(unknown) or "none at all"
        )
    return frozenset(Check(name) for name in checks)
