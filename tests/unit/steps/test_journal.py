"""The log is totally ordered, and a missing or damaged entry is an error."""

from __future__ import annotations

import json

import pytest

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogEntry
from mysql_redshift.errors import Conflict, StateError
from mysql_redshift.steps.state.journal import Journal
from tests.fakes.specs import entry, spec
from tests.fakes.store import MemoryStore

LAYOUT = TableLayout.of(spec())


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def journal(store: MemoryStore) -> Journal:
    return Journal(store, LAYOUT)


def test_an_empty_log_has_no_head(journal: Journal) -> None:
    """A hint does not change that."""
    assert journal.head() is None
    assert journal.head(hint=7) is None


@pytest.mark.parametrize("hint", [0, 1, 1499, 1500, 1600])
def test_the_head_is_found_from_any_hint(journal: Journal, hint: int) -> None:
    """L09: the log may have more than 1,000 entries, and a wrong hint does not change the result."""
    for number in range(1, 1501):
        journal.append(entry(number, files=(), schema=None))
    head = journal.head(hint=hint)
    assert head is not None
    assert head.sequence == 1500


def test_a_good_hint_saves_the_listing(journal: Journal, store: MemoryStore) -> None:
    """Reading the head takes a constant number of requests, however long the log is."""
    for number in range(1, 301):
        journal.append(entry(number, files=()))
    store.listed = 0
    journal.head(hint=299)
    assert store.listed == 2


def test_a_missing_entry_is_refused(journal: Journal, store: MemoryStore) -> None:
    """L08: no default replaces it."""
    for number in (1, 2, 3):
        journal.append(entry(number))
    del store.objects[LAYOUT.entry(2)]
    with pytest.raises(StateError, match="missing"):
        journal.head()


@pytest.mark.parametrize("body", [b"", b"{", b'{"sequence": 1}', b"null"])
def test_an_unreadable_entry_is_refused(journal: Journal, store: MemoryStore, body: bytes) -> None:
    """The error says to restore the object."""
    store.put(LAYOUT.entry(1), body)
    with pytest.raises(StateError, match=r"Restore|restore"):
        journal.head()


def test_an_entry_of_a_newer_version_is_refused(journal: Journal, store: MemoryStore) -> None:
    """A provider does not read entries of a version that it does not know."""
    plain = codec.to_plain(entry(1)) | {"version": 2}
    store.put(LAYOUT.entry(1), json.dumps(plain).encode())
    with pytest.raises(StateError, match="version"):
        journal.head()


def test_a_foreign_object_in_the_log_is_refused(journal: Journal, store: MemoryStore) -> None:
    """It may be a manual copy of an entry."""
    journal.append(entry(1))
    store.put(f"{LAYOUT.log}000000000001 (copy).json", b"{}")
    with pytest.raises(StateError, match="Unexpected object"):
        journal.head()


def test_a_taken_sequence_is_a_conflict_that_names_the_winner(journal: Journal) -> None:
    """D07: the loser publishes nothing."""
    journal.append(entry(1, actor="schedule"))
    with pytest.raises(Conflict, match=r"run-1 \(extract, schedule"):
        journal.append(entry(1, run_key="mine"))


def test_append_is_idempotent_per_run_key(journal: Journal) -> None:
    """A retry after a lost reply returns its earlier entry, even if its text differs."""
    first = journal.append(entry(1))
    assert journal.append(entry(1, created_at="later")) == first


def test_an_entry_is_equal_after_a_round_trip_through_json() -> None:
    original = entry(1, policy_counts={"a: null": 3}, cursor_range=("1", "2"))
    assert codec.from_json(LogEntry, codec.to_json(original), where="x") == original
