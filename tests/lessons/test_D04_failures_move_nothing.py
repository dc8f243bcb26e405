"""D04: A failure writes its status and its error, never a position."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps import watermark
from tests.way import Way, fill


def test_a_failed_run_leaves_the_watermark_where_it_was(way: Way) -> None:
    """The error is told, and the next run goes on from the same place."""
    fill(way, 5)
    way.sync()
    before = watermark.read(way.spec, way.clients.store).position
    fill(way, 5, first=10)
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id >= 10")
    way.sql("DO SLEEP(0.01)")
    planned = way.plan()
    with pytest.raises(DataCheckFailed):
        way.publish(planned, ())
    state = watermark.read(way.spec, way.clients.store)
    assert (state.position, state.mysql_status) == (before, "failed")
    assert "chunks" in str(state.last_error)
