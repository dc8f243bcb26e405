"""L08: A state that cannot be read fails the run: nothing is assumed in its place."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.errors import StateError
from tests.way import Way, fill


def test_an_unreadable_log_entry_is_no_first_run(way: Way) -> None:
    """The way out is named, and nothing is read from a default."""
    fill(way, 5)
    way.sync()
    way.clients.store.put(TableLayout.of(way.spec).entry(1), b"{ not json")
    with pytest.raises(StateError, match="what to do"):
        way.plan()
