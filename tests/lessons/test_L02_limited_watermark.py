"""L02: The watermark moves to the last row that was read, not to the end of the window."""

from __future__ import annotations

from tests.way import Way, fill


def test_a_limited_run_leaves_the_rest_to_the_next(way: Way) -> None:
    """Four of ten rows, then the other six."""
    fill(way, 10)
    assert way.stage_one(limit=4).rows == 4
    way.stage_one()
    way.load()
    assert way.rows() == way.source_rows()
