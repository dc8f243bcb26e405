"""The checks that compare counts."""

from __future__ import annotations

import pytest

from mysql_redshift.core import verification as checks


@pytest.mark.parametrize(
    ("below", "everything", "target", "keys", "ok"),
    [
        (10, 10, 10, 10, True),
        (10, 10, 9, 9, False),  # one row deleted in the target
        (10, 10, 10, 9, False),  # one deleted, another doubled: the count alone is fooled
        (10, 10, 11, 10, False),  # one doubled
        (10, 14, 12, 12, True),  # the writer goes on
        (10, 10, 12, 12, True),  # two deleted at the source and kept in the target
        (10, 10, 12, None, False),  # without a key that cannot be told from doubles
        (10, 10, 10, None, True),
    ],
)
def test_bounds(below: int, everything: int, target: int, keys: int | None, ok: bool) -> None:
    """A <= target <= C, and no key twice."""
    result = checks.bounds(below=below, everything=everything, target=target, keys=keys)
    assert result.ok is ok
    assert bool(result.remedy) is not ok


def test_rows_deleted_at_the_source_are_reported() -> None:
    """What incremental reading cannot see is said."""
    assert "2 rows were deleted" in checks.bounds(below=10, everything=10, target=12, keys=12).note


def test_without_a_key_deleted_rows_are_not_called_doubled() -> None:
    """A person is not sent to look for what may not be there; with a key the check knows."""
    assert "deleted at the source, or" in checks.bounds(below=10, everything=10, target=12, keys=None).remedy
    assert "deleted" not in checks.bounds(below=10, everything=10, target=12, keys=10).remedy


def test_the_window_check_is_one_sided() -> None:
    """Rows that left the window at the source may stay in the target."""
    assert checks.window(source=5, target=7, text="w").ok
    assert not checks.window(source=5, target=4, text="w").ok


def test_custody_wants_every_log_entry_in_the_ledger_with_its_rows() -> None:
    """Copied exactly, or superseded whole by a later full entry."""
    log = {1: 5, 2: 7}
    assert checks.custody(log=log, ledger={1: (0, 5), 2: (7, 1)}).ok
    assert not checks.custody(log=log, ledger={1: (5, 0)}).ok
    assert not checks.custody(log=log, ledger={1: (5, 0), 2: (6, 7)}).ok


def test_custody_looks_for_entries_that_were_compared_before() -> None:
    """Their rows are known; that the ledger still holds them is not."""
    assert checks.custody(log={3: 5}, ledger={1: (9, 0), 2: (0, 9), 3: (5, 0)}, known=range(1, 3)).ok
    lost = checks.custody(log={3: 5}, ledger={1: (9, 0), 3: (4, 0)}, known=range(1, 3))
    assert not lost.ok
    assert lost.expected == "entry 2: loaded, as seen before, entry 3: 5 rows"
    assert lost.found == "entry 2: not in the ledger, entry 3: 4 rows copied"


@pytest.mark.parametrize(
    ("missing", "stale", "duplicates", "ok"), [(0, 0, 0, True), (1, 0, 0, False), (0, 1, 0, False), (0, 0, 1, False)]
)
def test_keys(missing: int, stale: int, duplicates: int, ok: bool) -> None:
    """One row that is not as at the source is enough."""
    counts = checks.KeyCounts(comparable=9, missing=missing, stale=stale, duplicates=duplicates, gone=0)
    result = checks.keys(counts, reconciled=False)
    assert result.ok is ok
    assert bool(result.remedy) is not ok


def test_rows_gone_at_the_source_fail_no_check() -> None:
    """They are told: as kept, or as deleted."""
    counts = checks.KeyCounts(comparable=9, missing=0, stale=0, duplicates=0, gone=2)
    kept, deleted = (checks.keys(counts, reconciled=reconciled) for reconciled in (False, True))
    assert kept.ok
    assert kept.note == "2 rows are kept in the target that the source no longer has"
    assert deleted.note == "2 rows, which the source no longer has, were deleted from the target"
