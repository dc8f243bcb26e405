"""D01: The ledger is written in the transaction that moves the rows."""

from __future__ import annotations

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import CursorRef, LoadMode
from tests.way import Way, fill


def test_a_load_that_is_repeated_adds_nothing(way: Way) -> None:
    """A worker that died right after COMMIT: the retry finds its rows in the ledger."""
    way.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    fill(way, 5)
    way.sync()
    fill(way, 5, first=6)
    way.stage_one()
    way.load()
    way.clients.store.delete([TableLayout.of(way.spec).watermark])  # the cache, which nothing may depend on
    assert way.load().applied == ()
    assert way.rows() == way.source_rows()
