"""D03: Of two versions of a row the one of the later snapshot wins, in a replay as well."""

from __future__ import annotations

from tests.way import Way, fill


def test_the_newer_of_two_pending_versions_wins(way: Way) -> None:
    """Three entries go through one staging; the last one's rows count."""
    fill(way, 5)
    way.stage_one()
    for amount in (50, 60):
        way.sql(f"UPDATE orders SET amount = {amount}, updated_at = UTC_TIMESTAMP(6)")
        way.sql("DO SLEEP(0.01)")
        way.stage_one()
    assert way.load().rows_copied == 15
    assert way.rows() == way.source_rows()
