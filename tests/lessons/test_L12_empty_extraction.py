"""L12: A target is never emptied by a source that happens to be empty."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import DataCheckFailed
from tests.way import Way, fill


def test_a_replace_by_nothing_needs_permission(way: Way) -> None:
    """The target keeps its rows, and the message says how to allow it."""
    way.change(cursor=None)
    fill(way, 10)
    way.sync()
    before = way.rows()
    way.sql("DELETE FROM orders")
    way.stage_one()
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        way.load()
    assert way.rows() == before
