"""Log entries are grouped in sequence order; entries that are merged share a staging table."""

from __future__ import annotations

from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.steps.loading.groups import group_entries
from tests.fakes.specs import entry


def modes_and_sequences(*entries: object) -> list[tuple[LoadMode | None, list[int]]]:
    return [(g.mode, [e.sequence for e in g.entries]) for g in group_entries(entries)]  # type: ignore[arg-type]


def test_merges_share_one_staging_table() -> None:
    """The newest row of each key is merged once."""
    assert modes_and_sequences(entry(1), entry(2)) == [(LoadMode.MERGE, [1, 2])]


def test_entries_before_a_full_entry_are_not_copied() -> None:
    """The full entry contains every row."""
    assert modes_and_sequences(entry(1), entry(2, full=True), entry(3)) == [
        (None, [1]),
        (LoadMode.REPLACE, [2]),
        (LoadMode.MERGE, [3]),
    ]


def test_appends_are_applied_one_by_one_in_order() -> None:
    """An overlapping append deletes its own window only."""
    first, second = entry(1, load=LoadMode.APPEND), entry(2, load=LoadMode.APPEND)
    assert modes_and_sequences(first, entry(3, files=()), second) == [
        (LoadMode.APPEND, [1]),
        (None, [3]),
        (LoadMode.APPEND, [2]),
    ]


def test_a_key_file_is_applied_alone_and_in_sequence() -> None:
    """Entries from before it are merged before it, later entries after it."""
    keys = entry(2, kind=EntryKind.RECONCILE, load=None)
    groups = group_entries([entry(1), keys, entry(3, files=()), entry(4)])
    assert [(g.mode, g.reconcile, [e.sequence for e in g.entries]) for g in groups] == [
        (LoadMode.MERGE, False, [1]),
        (None, True, [2]),
        (None, False, [3]),
        (LoadMode.MERGE, False, [4]),
    ]
