"""D04: A failure writes its status and its error, never a position."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps import watermark
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_failed_run_does_not_move_the_watermark(pipeline: TablePipeline) -> None:
    """The error is reported, and the next run continues from the same position."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    before = watermark.read(pipeline.spec, pipeline.clients.store).position
    insert_orders(pipeline, 5, first=10)
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id >= 10")
    pipeline.sql("DO SLEEP(0.01)")
    planned = pipeline.plan()
    with pytest.raises(DataCheckFailed):
        pipeline.publish(planned, ())
    state = watermark.read(pipeline.spec, pipeline.clients.store)
    assert (state.position, state.mysql_status) == (before, "failed")
    assert "chunks" in str(state.last_error)
