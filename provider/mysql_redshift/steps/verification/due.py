"""Which checks are due, and what a verification that passed says for the next one."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, parse_time
from mysql_redshift.core.safe_point import SECOND
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.verification import Check
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.watermark_cache import CheckPass, WatermarkState, now_text, redshift_succeeded

DAY = 86_400 * SECOND


def due_checks(wanted: frozenset[Check], journal: Journal, cache: WatermarkState, head: LogEntry) -> frozenset[Check]:
    """Return what a scheduled verification has to do of ``wanted``; nothing means that Redshift may sleep.

    Keys are compared once a day. All else is due where anything was loaded, is to be loaded, or failed since the checks
    wanted last passed, or a day went by. Entries above the last load that are empty are no news: those windows were
    counted at the source, and held no row.
    """
    if Check.KEYS in wanted and not _of_today(cache, Check.KEYS):
        return wanted
    wanted = wanted - {Check.KEYS} or wanted  # where keys alone are wanted, nothing else would look at the rows
    passed = all(_of_today(cache, check) and _passed(cache, check) == cache.log_loaded for check in wanted)
    if not passed or cache.redshift_status != "success" or cache.log_loaded > head.sequence:
        return wanted
    pending = journal.after(cache.log_loaded, through=head.sequence)
    news = any(entry.files or entry.full or entry.kind is not EntryKind.EMPTY for entry in pending)
    return wanted if news else frozenset()


def compared_through(cache: WatermarkState) -> int:
    """Return the log entry through which custody was compared before."""
    return _passed(cache, Check.CUSTODY)


def with_passed(
    state: WatermarkState, spec: TableSpec, checks: frozenset[Check], *, sequence: int, position: Position | None
) -> WatermarkState:
    """Return the state after ``checks`` passed, with the ledger's head at ``sequence`` and ``position``.

    ``verified_through`` moves, and an older failure ends, only where no check of the table's own was left out: a look
    at row counts alone does not say that every log entry was loaded, and custody alone nothing of the rows.
    """
    now = CheckPass(sequence=sequence, at=now_text())
    state = replace(state, checks_passed={**state.checks_passed, **{check.value: now for check in checks}})
    if not is_whole(spec, checks):
        return state
    state = replace(state, verified_through=position)
    return redshift_succeeded(state) if state.redshift_status == "failed" else state


def is_whole(spec: TableSpec, checks: frozenset[Check]) -> bool:
    """Return whether no check of the table's own is left out, but for the daily one of keys."""
    return checks >= {Check(name) for name in spec.checks} - {Check.KEYS}


def _passed(cache: WatermarkState, check: Check) -> int:
    passed = cache.checks_passed.get(check.value)
    return passed.sequence if passed else 0


def _of_today(cache: WatermarkState, check: Check) -> bool:
    passed = cache.checks_passed.get(check.value)
    return passed is not None and parse_time(now_text()) - parse_time(passed.at) < DAY
