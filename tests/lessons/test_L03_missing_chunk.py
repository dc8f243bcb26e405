"""L03: The position moves once, after every chunk of the run was read and counted."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import Strategy
from mysql_redshift.errors import DataCheckFailed
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_run_with_a_missing_chunk_does_not_move_the_position(pipeline: TablePipeline) -> None:
    """Only one of three chunks was extracted: nothing is published, and the next run reads all rows."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    with pytest.raises(DataCheckFailed, match="chunks"):
        pipeline.publish(planned, pipeline.extract(planned)[:1])
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
