"""D05: After a reset everything is read again, and nothing is doubled."""

from __future__ import annotations

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.steps import watermark
from tests.table_pipeline import TablePipeline, insert_orders


def test_reset_doubles_nothing_even_where_rows_are_appended(pipeline: TablePipeline) -> None:
    """The append that overlaps what is loaded deletes its window first, in the same transaction."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.extract_and_publish()
    assert pipeline.load().rows_copied == 10
    assert pipeline.rows() == pipeline.source_rows()
