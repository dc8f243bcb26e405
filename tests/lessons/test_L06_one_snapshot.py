"""L06: The position never passes rows that the read did not see."""

from __future__ import annotations

from tests.way import Way, fill


def test_a_row_that_comes_between_plan_and_read_is_not_skipped(way: Way) -> None:
    """The bounds are fixed before anything is read."""
    fill(way, 5)
    planned = way.plan()
    receipts = way.extract(planned)
    way.sql("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
    way.sql("DO SLEEP(0.01)")
    way.publish(planned, receipts)
    way.stage_one()
    way.load()
    assert way.rows() == way.source_rows()
