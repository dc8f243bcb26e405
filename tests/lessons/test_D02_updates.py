"""D02: An updated row replaces the one in the target."""

from __future__ import annotations

from tests.way import Way, fill


def test_an_updated_row_is_there_once(way: Way) -> None:
    """Merge by key is the default where there is a key."""
    fill(way, 5)
    way.stage_one()
    way.load()
    way.sql("UPDATE orders SET amount = 99, updated_at = UTC_TIMESTAMP(6) WHERE id = 3")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    way.load()
    assert way.rows() == way.source_rows()
