"""D05: After a reset all rows are read again, without duplicates."""

from __future__ import annotations

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.steps import watermark
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_reset_adds_no_duplicates_in_append_mode(pipeline: TablePipeline) -> None:
    """An append that overlaps loaded rows deletes its window first, in the same transaction."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.extract_and_publish()
    assert pipeline.load().rows_copied == 10
    assert pipeline.rows() == pipeline.source_rows()
