"""D02: An updated row replaces its older version in the target."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline, insert_orders


def test_an_updated_row_is_in_the_target_once(pipeline: TablePipeline) -> None:
    """A table with a key is merged by default."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.sql("UPDATE orders SET amount = 99, updated_at = UTC_TIMESTAMP(6) WHERE id = 3")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
