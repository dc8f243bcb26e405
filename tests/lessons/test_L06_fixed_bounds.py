"""L06: The position never passes rows that the read did not see."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline, insert_orders


def test_a_row_inserted_between_read_and_publish_is_read_by_the_next_run(pipeline: TablePipeline) -> None:
    """The bounds of the window are fixed before anything is read."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    pipeline.sql("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.publish(planned, receipts)
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
