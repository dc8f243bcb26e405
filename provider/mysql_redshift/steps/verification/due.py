"""Which checks are due, and what a passed verification records for the next one."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, parse_time
from mysql_redshift.core.safe_point import SECOND
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.verification import Check
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.stamps import now_text
from mysql_redshift.steps.state.watermark_cache import CheckPass, WatermarkState, redshift_succeeded

DAY = 86_400 * SECOND


def due_checks(wanted: frozenset[Check], journal: Journal, cache: WatermarkState, head: LogEntry) -> frozenset[Check]:
    """Return the checks of ``wanted`` that a scheduled verification must run; empty if no row must be counted.

    Keys are compared once a day. Other checks are due if anything was loaded, is pending, or failed since the wanted
    checks last passed together, or if that was more than a day ago. Pending entries of kind EMPTY do not count: their
    windows were counted at the source and held no row.
    """
    if Check.KEYS in wanted and not _passed_today(cache, Check.KEYS):
        return wanted
    wanted = wanted - {Check.KEYS} or wanted  # if only keys are wanted, no other check would look at the rows
    passed = all(_passed_today(cache, check) and _passed_sequence(cache, check) == cache.log_loaded for check in wanted)
    if not passed or cache.redshift_status != "success" or cache.log_loaded > head.sequence:
        return wanted
    pending = journal.after(cache.log_loaded, through=head.sequence)
    changed = any(entry.has_work or entry.kind is not EntryKind.EMPTY for entry in pending)
    return wanted if changed else frozenset()


def compared_through(cache: WatermarkState) -> int:
    """Return the log entry up to which custody was compared before."""
    return _passed_sequence(cache, Check.CUSTODY)


def with_passed(
    state: WatermarkState, spec: TableSpec, checks: frozenset[Check], *, sequence: int, position: Position | None
) -> WatermarkState:
    """Return the state after ``checks`` passed, with the ledger head at ``sequence`` and ``position``.

    ``verified_through`` moves, and an older failure is cleared, only if none of the table's own checks was left out:
    row counts alone do not prove that every log entry was loaded, and custody alone proves nothing about the rows.
    """
    now = CheckPass(sequence=sequence, at=now_text())
    state = replace(state, checks_passed={**state.checks_passed, **{check.value: now for check in checks}})
    if not is_complete(spec, checks):
        return state
    state = replace(state, verified_through=position)
    return redshift_succeeded(state) if state.redshift_status == "failed" else state


def is_complete(spec: TableSpec, checks: frozenset[Check]) -> bool:
    """Return whether ``checks`` has all of the table's own checks; keys, a daily one, only if it is the only one."""
    own = {Check(name) for name in spec.checks}
    return checks >= (own - {Check.KEYS} or own)


def passed_at(cache: WatermarkState, checks: frozenset[Check]) -> str:
    """Return when the checks last passed, that of the oldest pass; empty if one of them never did."""
    passed = [cache.checks_passed.get(check.value) for check in checks]
    return min((found.at if found is not None else "" for found in passed), default="")


def _passed_sequence(cache: WatermarkState, check: Check) -> int:
    passed = cache.checks_passed.get(check.value)
    return passed.sequence if passed else 0


def _passed_today(cache: WatermarkState, check: Check) -> bool:
    passed = cache.checks_passed.get(check.value)
    return passed is not None and parse_time(now_text()) - parse_time(passed.at) < DAY
