"""L03: The position moves once, after every chunk of the run was read and counted."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import Strategy
from mysql_redshift.errors import DataCheckFailed
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_run_whose_second_chunk_failed_moves_nothing(pipeline: TablePipeline) -> None:
    """Only the first of three chunks came: nothing is published, and the next run reads all."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    with pytest.raises(DataCheckFailed, match="chunks"):
        pipeline.publish(planned, pipeline.extract(planned)[:1])
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
