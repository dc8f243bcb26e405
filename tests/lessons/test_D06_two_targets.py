"""D06: Two pipelines of one table share nothing."""

from __future__ import annotations

from dataclasses import replace

from tests.way import Way, fill


def test_a_second_target_gets_every_row(way: Way) -> None:
    """It has a log of its own, and begins at the beginning."""
    fill(way, 10)
    way.sync()
    first = way.spec
    way.change(pipeline="other", target=replace(first.target, table="copy_of_orders"))
    assert way.stage_one().rows == 10
    assert way.load().rows_copied == 10
    assert way.rows() == way.source_rows()
