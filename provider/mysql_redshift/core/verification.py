"""The checks of a verification, by name, and how each judges its counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Check(StrEnum):
    """The checks that can be requested."""

    CUSTODY = "custody"
    BOUNDS = "bounds"
    WINDOW = "window"
    KEYS = "keys"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The outcome of one check. ``expected`` and ``found`` are the counts as text; ``note`` is for the operator.

    ``compared`` is False if there was nothing to compare, so that the check proves nothing.
    """

    check: Check
    ok: bool
    expected: str
    found: str
    remedy: str = ""
    note: str = ""
    compared: bool = True

    def with_note(self, note: str) -> CheckResult:
        """Return the result with one more note; an empty one changes nothing."""
        return replace(self, note="; ".join(filter(None, (self.note, note))))


MISSING = (
    "Rows are missing in the target. Run with full_refresh: true, or repair the window with since / until and "
    "move_watermark: false."
)
DUPLICATE = "The target holds duplicate rows. Find out who else writes this table; then run with full_refresh: true."
AMBIGUOUS = (
    "Rows were deleted at the source, or the target holds duplicate rows; without a key the two cannot be told apart. "
    "Declare a key, or run with full_refresh: true."
)


def bounds(*, below: int, everything: int, target: int, keys: int | None) -> CheckResult:
    """Compare the target's count with the source's: ``below <= target <= everything``.

    ``below``: source rows below the loaded position, counted after the target; ``everything``: all rows of the source
    in the same statement; ``keys``: the target's distinct keys, None without a key.
    """
    expected = f"{below} rows" if below == everything else f"{below} to {everything} rows"
    found = f"{target} rows" if keys is None else f"{target} rows with {keys} distinct keys"
    if keys is not None and keys != target:
        return CheckResult(check=Check.BOUNDS, ok=False, expected=expected, found=found, remedy=DUPLICATE)
    if target < below:
        return CheckResult(check=Check.BOUNDS, ok=False, expected=expected, found=found, remedy=MISSING)
    if target > everything and keys is None:
        return CheckResult(check=Check.BOUNDS, ok=False, expected=expected, found=found, remedy=AMBIGUOUS)
    note = ""
    if target > everything:
        note = f"at least {target - everything} rows were deleted at the source and are kept in the target"
    return CheckResult(check=Check.BOUNDS, ok=True, expected=expected, found=found, note=note)


def window(*, source: int, target: int, text: str, replaced: int = 0) -> CheckResult:
    """Fail if the source holds more rows in the window than the target.

    ``replaced``: rows of ``source`` whose cursor is no date; a policy replaced it, so they are not compared. One-sided:
    rows that left the window at the source can hide as many missing ones.
    """
    source -= replaced
    ok = source <= target
    note = f"{replaced} rows of the window are not checked: their cursor is no date, and a policy replaced it"
    return CheckResult(
        check=Check.WINDOW,
        ok=ok,
        expected=f"at least {source} rows in {text}",
        found=f"{target} rows",
        remedy="" if ok else MISSING,
        note=note if replaced else "",
    )


def not_compared(check: Check, reason: str) -> CheckResult:
    """Return the result of a check that had nothing to compare."""
    note = f"not compared: {reason}"
    return CheckResult(check=check, ok=True, expected="nothing", found="nothing", note=note, compared=False)


def left_out_note(rows: Mapping[str, int | None]) -> str:
    """Return the note on rows that no run read, by range of the cursor; None if they were not counted."""
    if not rows:
        return ""
    parts = [f"the rows in {place}" if n is None else f"{n} rows of the source in {place}" for place, n in rows.items()]
    return (
        f"not checked: {' and '.join(parts)}; no log entry accounts for them (left out by watermark set or allow_gap). "
        "To read them, run with since, until and move_watermark: false"
    )


def null_cursor_note(rows: int) -> str:
    """Return the note on source rows with a NULL cursor, for which no range tells whether the target must hold them."""
    return f"not checked: {rows} rows of the source whose cursor is NULL" if rows else ""


@dataclass(frozen=True, kw_only=True)
class KeyCounts:
    """What a comparison by key found. ``comparable``: source rows that the target must hold unchanged.

    ``deleted``: target rows whose key the source no longer has. ``examples``: some keys that are missing or stale.
    """

    comparable: int
    missing: int
    stale: int
    duplicates: int
    deleted: int
    examples: tuple[str, ...] = ()


def keys(counts: KeyCounts, *, reconciled: bool) -> CheckResult:
    """Fail if the target lacks a row, holds it with another cursor, or holds a key more than once.

    ``reconciled``: the rows that the source no longer has were deleted from the target. They fail no check.
    """
    ok = not (counts.missing or counts.stale or counts.duplicates)
    found = f"{counts.missing} missing, {counts.stale} stale, {counts.duplicates} duplicate"
    examples = f" (keys {', '.join(counts.examples)})" if counts.examples else ""
    remedies = (MISSING if counts.missing or counts.stale else "", DUPLICATE if counts.duplicates else "")
    return CheckResult(
        check=Check.KEYS,
        ok=ok,
        expected=f"{counts.comparable} keys of the source, each once and with the source's cursor",
        found=found + examples,
        remedy=" ".join(filter(None, remedies)),
        note=_deleted_note(counts.deleted, reconciled=reconciled),
    )


def _deleted_note(deleted: int, *, reconciled: bool) -> str:
    if not deleted:
        return ""
    outcome = "were deleted from the target" if reconciled else "are kept in the target"
    return f"{deleted} rows that the source no longer has {outcome}"


def custody(
    *, log: Mapping[int, int], ledger: Mapping[int, tuple[int, int]], known: range = range(0), unread: int = 0
) -> CheckResult:
    """Compare log and ledger entry by entry: ``log`` rows by sequence, ``ledger`` (copied, superseded) by sequence.

    Entries in ``known`` were compared by an earlier verification: the ledger must still hold a row for each. Those up
    to ``unread`` are too old to be looked at. The result names all three.
    """
    gone = [sequence for sequence in known if sequence not in ledger]
    wrong = [sequence for sequence, rows in log.items() if rows not in _accounted(ledger.get(sequence))]
    expected = [f"entry {sequence}: loaded, as verified before" for sequence in gone]
    expected += [f"entry {sequence}: {log[sequence]} rows" for sequence in wrong]
    failed = [*gone, *wrong]
    found = ", ".join(f"entry {sequence}: {_describe(ledger.get(sequence))}" for sequence in failed)
    return CheckResult(
        check=Check.CUSTODY,
        ok=not failed,
        expected=", ".join(expected) or f"{sum(log.values())} rows",
        found=found or _custody_found(log, known),
        remedy=_custody_remedy(gone, [sequence for sequence in wrong if sequence in ledger], wrong),
        note=f"not compared: {_entries(1, unread)}; a verification reads only the newest" if unread else "",
    )


def _custody_found(log: Mapping[int, int], known: range) -> str:
    compared = f"{sum(log.values())} rows in {_entries(min(log), max(log))}, all in the ledger" if log else ""
    before = f"{_entries(known[0], known[-1])}, compared before, still in the ledger" if known else ""
    return "; ".join(filter(None, (compared, before))) or "no log entry to compare"


def _entries(first: int, last: int) -> str:
    return f"log entry {last}" if first == last else f"log entries {first} to {last}"


def _custody_remedy(gone: Sequence[int], different: Sequence[int], wrong: Sequence[int]) -> str:
    """A load applies entries that the ledger lacks; it cannot repair a ledger that was changed."""
    if gone or different:
        return "The ledger or the target was changed or restored. Run with full_refresh: true."
    return "Load the pending entries: run with mode redshift-only." if wrong else ""


def failures(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return the results that are not ok."""
    return [result for result in results if not result.ok]


def _accounted(row: tuple[int, int] | None) -> tuple[int, ...]:
    """Return the counts that match: the rows copied or, before a full entry, superseded without being copied."""
    if row is None:
        return ()
    copied, superseded = row
    return (copied, superseded) if copied == 0 else (copied,)


def _describe(row: tuple[int, int] | None) -> str:
    return "not in the ledger" if row is None else f"{row[0]} rows copied"
