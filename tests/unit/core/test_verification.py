"""The verification checks compare counts."""

from __future__ import annotations

import pytest

from mysql_redshift.core import verification as checks


@pytest.mark.parametrize(
    ("below", "everything", "target", "keys", "ok"),
    [
        (10, 10, 10, 10, True),
        (10, 10, 9, 9, False),  # one row deleted in the target
        (10, 10, 10, 9, False),  # one row deleted, another duplicated: the row count alone would not detect it
        (10, 10, 11, 10, False),  # one row duplicated
        (10, 14, 12, 12, True),  # rows were inserted during the check
        (10, 10, 12, 12, True),  # two deleted at the source and kept in the target
        (10, 10, 12, None, False),  # the same without a key: could also be duplicates
        (10, 10, 10, None, True),
    ],
)
def test_bounds_compares_the_target_with_both_source_counts_and_finds_duplicate_keys(
    below: int, everything: int, target: int, keys: int | None, ok: bool
) -> None:
    """Rows below the position <= target rows <= all source rows, with distinct keys."""
    result = checks.bounds(below=below, everything=everything, target=target, keys=keys)
    assert result.ok is ok
    assert bool(result.remedy) is not ok


def test_rows_deleted_at_the_source_are_reported() -> None:
    """Incremental reads do not detect deleted rows, so the check reports them."""
    assert "2 rows were deleted" in checks.bounds(below=10, everything=10, target=12, keys=12).note


def test_without_a_key_the_remedy_names_deleted_rows_and_duplicates() -> None:
    """Only with a key can the check distinguish duplicates from rows deleted at the source."""
    assert "deleted at the source, or" in checks.bounds(below=10, everything=10, target=12, keys=None).remedy
    assert "deleted" not in checks.bounds(below=10, everything=10, target=12, keys=10).remedy


def test_the_window_check_is_one_sided() -> None:
    """Rows that left the window at the source may still be in the target."""
    assert checks.window(source=5, target=7, text="w").ok
    assert not checks.window(source=5, target=4, text="w").ok


def test_custody_requires_every_log_entry_in_the_ledger_with_its_rows() -> None:
    """The rows were either copied or superseded by a later full refresh."""
    log = {1: 5, 2: 7}
    assert checks.custody(log=log, ledger={1: (0, 5), 2: (7, 1)}).ok
    assert not checks.custody(log=log, ledger={1: (5, 0)}).ok
    assert not checks.custody(log=log, ledger={1: (5, 0), 2: (6, 7)}).ok


def test_custody_names_the_log_entries_that_it_does_not_compare() -> None:
    """A verification reads the newest ones; a pass says nothing about the older ones."""
    assert "log entries 1 to 3;" in checks.custody(log={4: 5}, ledger={4: (5, 0)}, unread=3).note
    assert checks.custody(log={4: 5}, ledger={4: (5, 0)}).note == ""


@pytest.mark.parametrize(
    ("log", "known", "found"),
    [
        ({4: 5, 5: 2}, range(0), "7 rows in log entries 4 to 5, all in the ledger"),
        (
            {4: 5},
            range(1, 4),
            "5 rows in log entry 4, all in the ledger; log entries 1 to 3, compared before, still in the ledger",
        ),
        ({}, range(1, 2), "log entry 1, compared before, still in the ledger"),
        ({}, range(0), "no log entry to compare"),
    ],
)
def test_custody_names_the_log_entries_that_it_compared(log: dict[int, int], known: range, found: str) -> None:
    """What an earlier verification compared is only looked up."""
    assert (
        checks.custody(
            log=log, ledger=dict.fromkeys([*log, *known], (0, 0)) | {s: (n, 0) for s, n in log.items()}, known=known
        ).found
        == found
    )


def test_custody_checks_that_already_verified_entries_are_still_in_the_ledger() -> None:
    """Their row counts were compared before, but the ledger may have lost the entries since."""
    assert checks.custody(log={3: 5}, ledger={1: (9, 0), 2: (0, 9), 3: (5, 0)}, known=range(1, 3)).ok
    lost = checks.custody(log={3: 5}, ledger={1: (9, 0), 3: (4, 0)}, known=range(1, 3))
    assert not lost.ok
    assert lost.expected == "entry 2: loaded, as verified before, entry 3: 5 rows"
    assert lost.found == "entry 2: not in the ledger, entry 3: 4 rows copied"


@pytest.mark.parametrize(
    ("missing", "stale", "duplicates", "ok"), [(0, 0, 0, True), (1, 0, 0, False), (0, 1, 0, False), (0, 0, 1, False)]
)
def test_one_missing_stale_or_duplicate_row_fails_the_check_keys(
    missing: int, stale: int, duplicates: int, ok: bool
) -> None:
    """A matching row count is not enough."""
    counts = checks.KeyCounts(comparable=9, missing=missing, stale=stale, duplicates=duplicates, deleted=0)
    result = checks.keys(counts, reconciled=False)
    assert result.ok is ok
    assert bool(result.remedy) is not ok


def test_rows_deleted_at_the_source_do_not_fail_the_check_keys() -> None:
    """They are reported as kept or as deleted."""
    counts = checks.KeyCounts(comparable=9, missing=0, stale=0, duplicates=0, deleted=2)
    kept, deleted = (checks.keys(counts, reconciled=reconciled) for reconciled in (False, True))
    assert kept.ok
    assert kept.note == "2 rows that the source no longer has are kept in the target"
    assert deleted.note == "2 rows that the source no longer has were deleted from the target"


@pytest.mark.parametrize(
    ("ledger", "known", "remedy"),
    [
        ({1: (5, 0), 2: (3, 0)}, range(0), ""),
        ({1: (5, 0)}, range(0), "mode redshift-only"),
        ({1: (5, 0), 2: (2, 0)}, range(0), "full_refresh: true"),
        ({2: (3, 0)}, range(1, 2), "full_refresh: true"),
    ],
    ids=["all loaded", "pending", "other rows", "lost from the ledger"],
)
def test_custody_names_the_remedy_that_helps(ledger: dict[int, tuple[int, int]], known: range, remedy: str) -> None:
    """A load applies pending entries; it does not repair a ledger that was changed or restored."""
    log = {sequence: rows for sequence, rows in {1: 5, 2: 3}.items() if sequence not in known}
    result = checks.custody(log=log, ledger=ledger, known=known)
    assert remedy in result.remedy
    assert result.ok is (not remedy)
