"""The checks of a run, by name, and what each found. See DESIGN.md, "Verification, honestly"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """What can be asked for."""

    CUSTODY = "custody"
    BOUNDS = "bounds"
    WINDOW = "window"
    KEYS = "keys"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One check's outcome. ``expected`` and ``found`` hold the counts as text; ``note`` what a person should know."""

    check: Check
    ok: bool
    expected: str
    found: str
    remedy: str = ""
    note: str = ""


LOST = (
    "Rows are missing in the target. Run with full_refresh: true, or repair the window with since / until and "
    "move_watermark: false."
)
DUPLICATE = (
    "Rows are in the target more than once. Find out who else writes this table; then run with full_refresh: true."
)
UNTOLD = (
    "Rows were deleted at the source, or are in the target more than once; without a key nobody can tell. Declare a "
    "key, or run with full_refresh: true."
)


def bounds(*, below: int, everything: int, target: int, keys: int | None) -> CheckResult:
    """Compare the target's count with the source's: ``below <= target <= everything``.

    ``below``: rows at the source that the ledger's position counts as done, read after the target's count;
    ``everything``: all rows of the source in the same statement; ``keys``: the target's distinct keys, or None.
    """
    expected = f"{below} rows" if below == everything else f"{below} to {everything} rows"
    found = f"{target} rows" if keys is None else f"{target} rows with {keys} distinct keys"
    if keys is not None and keys != target:
        return CheckResult(check=Check.BOUNDS, ok=False, expected=expected, found=found, remedy=DUPLICATE)
    if target < below:
        return CheckResult(check=Check.BOUNDS, ok=False, expected=expected, found=found, remedy=LOST)
    if target > everything and keys is None:
        return CheckResult(check=Check.BOUNDS, ok=False, expected=expected, found=found, remedy=UNTOLD)
    note = ""
    if target > everything:
        note = f"at least {target - everything} rows were deleted at the source and are kept in the target"
    return CheckResult(check=Check.BOUNDS, ok=True, expected=expected, found=found, note=note)


def window(*, source: int, target: int, text: str) -> CheckResult:
    """Fail where the source holds more rows in the window than the target. One-sided: departures can mask a loss."""
    ok = source <= target
    return CheckResult(
        check=Check.WINDOW,
        ok=ok,
        expected=f"at least {source} rows in {text}",
        found=f"{target} rows",
        remedy="" if ok else LOST,
    )


@dataclass(frozen=True, kw_only=True)
class KeyCounts:
    """What a comparison key by key found. ``comparable``: the source's rows that the target must hold as they are.

    ``gone``: the target's rows whose key the source no longer has. ``examples``: some keys that are missing or stale.
    """

    comparable: int
    missing: int
    stale: int
    duplicates: int
    gone: int
    examples: tuple[str, ...] = ()


def keys(counts: KeyCounts, *, reconciled: bool) -> CheckResult:
    """Fail on a row that the target lacks, holds in another version, or holds twice."""
    ok = not (counts.missing or counts.stale or counts.duplicates)
    found = f"{counts.missing} missing, {counts.stale} stale, {counts.duplicates} duplicate"
    named = f" (keys {', '.join(counts.examples)})" if counts.examples else ""
    remedies = (LOST if counts.missing or counts.stale else "", DUPLICATE if counts.duplicates else "")
    return CheckResult(
        check=Check.KEYS,
        ok=ok,
        expected=f"{counts.comparable} keys of the source, each once and with the source's cursor",
        found=found + named,
        remedy=" ".join(filter(None, remedies)),
        note=_say_gone(counts.gone, reconciled=reconciled),
    )


def _say_gone(gone: int, *, reconciled: bool) -> str:
    if not gone:
        return ""
    what = "rows, which the source no longer has, were deleted from the target"
    return f"{gone} {what}" if reconciled else f"{gone} rows are kept in the target that the source no longer has"


def custody(*, log: Mapping[int, int], ledger: Mapping[int, tuple[int, int]], known: range = range(0)) -> CheckResult:
    """Compare log and ledger, entry by entry: ``log`` rows by sequence, ``ledger`` (copied, superseded) by sequence.

    Of the sequences in ``known``, compared before, the ledger only has to hold a row still.
    """
    gone = [seq for seq in known if seq not in ledger]
    wrong = [seq for seq, rows in log.items() if rows not in _accounted(ledger.get(seq))]
    expected = [f"entry {seq}: loaded, as seen before" for seq in gone] + [
        f"entry {seq}: {log[seq]} rows" for seq in wrong
    ]
    wrong = [*gone, *wrong]
    found = ", ".join(f"entry {seq}: {_say(ledger.get(seq))}" for seq in wrong)
    return CheckResult(
        check=Check.CUSTODY,
        ok=not wrong,
        expected=", ".join(expected) or f"{sum(log.values())} rows",
        found=found or f"{sum(log.values())} rows in {len(log)} log entries, all in the ledger",
        remedy="Run the load again: entries that the log holds are not in the ledger." if wrong else "",
    )


def _accounted(row: tuple[int, int] | None) -> tuple[int, ...]:
    """Rows were copied; or, before a full entry, superseded without being copied."""
    if row is None:
        return ()
    copied, superseded = row
    return (copied, superseded) if copied == 0 else (copied,)


def _say(row: tuple[int, int] | None) -> str:
    return "not in the ledger" if row is None else f"{row[0]} rows copied"
