"""Which log entries one transaction of a load takes."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.steps.loading.batch import MOST_ENTRIES, next_batch
from mysql_redshift.steps.state.journal import Journal
from tests.fakes.specs import entry, spec
from tests.fakes.store import MemoryStore


@pytest.mark.parametrize(
    ("full", "after", "expected"),
    [
        ((), 0, range(1, MOST_ENTRIES + 1)),
        ((), 300, range(301, 451)),
        ((), 450, ()),
        ((3,), 0, range(1, MOST_ENTRIES + 1)),
        ((3, 300), 0, range(1, 301)),
        ((3, 300), 300, range(301, 451)),
    ],
    ids=["first batch", "last batch", "nothing left", "full entry inside", "full entry beyond", "after the full entry"],
)
def test_a_batch_is_bounded_unless_a_full_entry_extends_it(full: tuple[int, ...], after: int, expected: range) -> None:
    """A full entry is loaded together with all entries that it supersedes; of those only the counts are kept."""
    journal = Journal(MemoryStore(), TableLayout.of(spec()))
    for number in range(1, 451):
        journal.append(entry(number, full=number in full))
    batch = next_batch(journal, after=after, through=450)
    assert [found.sequence for found in batch] == list(expected)
    assert all(found.rows == 5 for found in batch)
    if len(batch) > MOST_ENTRIES:
        assert {found.schema for found in batch[:-1]} == {None}
        assert [found.sequence for found in batch if found.full] == [300]
