"""Step five: count again, at both ends, and let ``verified_through`` move."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mysql_redshift.core import checks as rules
from mysql_redshift.core import source_sql
from mysql_redshift.core.checks import Check, CheckResult
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, parse_time
from mysql_redshift.core.safe_point import SECOND
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import ConfigurationError, DataCheckFailed, MysqlRedshiftError
from mysql_redshift.ports import Encoder, ObjectStore, Source, Warehouse
from mysql_redshift.steps import keys, watermark_cache
from mysql_redshift.steps.journal import Journal
from mysql_redshift.steps.labels import unique_label
from mysql_redshift.steps.verify_look import Seen, look
from mysql_redshift.steps.watermark_cache import WatermarkState, now_text

DAY = 86_400 * SECOND


@dataclass(frozen=True, kw_only=True)
class VerifyReport:
    """Every check passed. ``rows`` is the target's count; ``position`` what was verified through.

    ``asleep``: Redshift was not asked, since nothing was loaded since the last verification, which is of today.
    """

    results: tuple[CheckResult, ...] = ()
    rows: int | None = None
    position: Position | None = None
    log_head: int = 0
    asleep: bool = False


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
    compared_today = Check.KEYS not in wanted or _of_today(cache.keys_compared_at)
    if if_due and compared_today and wanted > {Check.KEYS}:  # where keys alone are wanted, nothing else would be made
        wanted -= {Check.KEYS}
    if if_due and compared_today and not _due(journal, cache, head):
        watermark_cache.write(spec, store, replace(cache, verified_through=head.position_to))
        return VerifyReport(position=head.position_to, log_head=head.sequence, asleep=True)
    try:
        compared = _keys(spec, source, store, warehouse, encoder) if Check.KEYS in wanted else ()
        head = journal.head(hint=head.sequence) or head
        verified = cache.log_verified if if_due else 0
        report = _verify(spec, source, warehouse, wanted, journal, head, compared, verified)
    except MysqlRedshiftError as exc:
        watermark_cache.note_failure(spec, store, stage="verify", error=exc)
        raise
    state = watermark_cache.read(spec, store)
    state = replace(state, verified_through=report.position, log_verified=state.log_loaded, verified_at=now_text())
    if compared:
        state = replace(state, keys_compared_at=state.verified_at)
    if wanted >= {Check.CUSTODY, Check.BOUNDS} and state.redshift_status == "failed":
        state = watermark_cache.redshift_succeeded(state)
    watermark_cache.write(spec, store, state)
    return report


def _keys(
    spec: TableSpec, source: Source | None, store: ObjectStore, warehouse: Warehouse, encoder: Encoder | None
) -> tuple[CheckResult, ...]:
    if encoder is None:
        raise ConfigurationError("The check keys writes files, so it needs an encoder", where=spec.name)
    given = _needed(spec, source)
    return (keys.compare(spec, source=given, store=store, warehouse=warehouse, encoder=encoder),)


def _of_today(moment: str) -> bool:
    return bool(moment) and parse_time(now_text()) - parse_time(moment) < DAY


def _due(journal: Journal, cache: WatermarkState, head: LogEntry) -> bool:
    """Whether anything was loaded, is to be loaded, or failed since the last verification, or a day has passed."""
    if not _of_today(cache.verified_at) or cache.redshift_status != "success" or cache.log_verified != cache.log_loaded:
        return True
    if cache.log_loaded > head.sequence:  # not the cache of this log
        return True
    pending = journal.after(cache.log_loaded, through=head.sequence)
    return any(entry.files or entry.full or entry.kind is not EntryKind.EMPTY for entry in pending)


def _verify(
    spec: TableSpec,
    source: Source | None,
    warehouse: Warehouse,
    wanted: frozenset[Check],
    journal: Journal,
    head: LogEntry,
    compared: tuple[CheckResult, ...],
    verified: int,
) -> VerifyReport:
    schema = head.schema or TableSchema(columns=(), key=())
    with warehouse.session(unique_label()) as session:
        seen = look(spec, session, schema, journal, head, verified=verified)
        session.rollback()
    results = list(compared)
    if Check.CUSTODY in wanted:
        results.append(rules.custody(log=seen.log, ledger=seen.ledger, known=seen.known))
    if Check.BOUNDS in wanted:
        results.append(_bounds(spec, _needed(spec, source), schema, head, seen))
    if Check.WINDOW in wanted and seen.window_rows is not None:
        results.append(_window(spec, _needed(spec, source), schema, head, seen.window_rows))
    _require(spec, results)
    return VerifyReport(results=tuple(results), rows=seen.rows, position=seen.position, log_head=head.sequence)


def _bounds(spec: TableSpec, source: Source, schema: TableSchema, head: LogEntry, seen: Seen) -> CheckResult:
    cursor, entry, position = head.cursor, seen.entry, seen.position
    if cursor is None and entry is not None and entry.full:
        below = everything = entry.rows  # read whole by the last run: exact, whatever the source did since
    elif cursor is None or entry is None or position is None:
        below, everything = 0, int(source.query(source_sql.count_all(spec.source))[0][0])
    else:
        sql = source_sql.counts_below(spec.source, schema, cursor, floor=entry.floor, upper=position)
        below, everything = (int(number) for number in source.query(sql)[0])
    return rules.bounds(below=below, everything=everything, target=seen.rows, keys=seen.keys)


def _needed(spec: TableSpec, source: Source | None) -> Source:
    if source is None:
        raise ConfigurationError("Only the check custody does without MySQL", where=spec.name)
    return source


def _window(spec: TableSpec, source: Source, schema: TableSchema, head: LogEntry, target_rows: int) -> CheckResult:
    if head.window_read is None or head.cursor is None:
        raise ConfigurationError("The window check needs a table with a cursor", where=spec.name)
    sql = source_sql.count_window(spec.source, schema, head.cursor, head.window_read)
    rows = int(source.query(sql)[0][0])
    return rules.window(source=rows, target=target_rows, text=str(head.window_read))


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
