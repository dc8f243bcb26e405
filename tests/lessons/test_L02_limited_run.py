"""L02: The watermark moves to the last row that was read, not to the end of the window."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline, insert_orders


def test_a_limited_run_leaves_the_other_rows_to_the_next_run(pipeline: TablePipeline) -> None:
    """The first run reads four of ten rows, the next run the other six."""
    insert_orders(pipeline, 10)
    assert pipeline.extract_and_publish(limit=4).rows == 4
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
