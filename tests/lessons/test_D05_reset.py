"""D05: After a reset everything is read again, and nothing is doubled."""

from __future__ import annotations

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.steps import watermark
from tests.way import Way, fill


def test_reset_doubles_nothing_even_where_rows_are_appended(way: Way) -> None:
    """The append that overlaps what is loaded deletes its window first, in the same transaction."""
    way.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    fill(way, 10)
    way.sync()
    watermark.reset(way.spec, store=way.clients.store, actor="test")
    way.stage_one()
    assert way.load().rows_copied == 10
    assert way.rows() == way.source_rows()
