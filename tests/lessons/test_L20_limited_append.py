"""L20: A limited append replaces only the rows that it read again."""

from __future__ import annotations

from mysql_redshift.core.spec import CursorRef, LoadMode
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_limited_run_over_loaded_rows_keeps_the_others(pipeline: TablePipeline) -> None:
    """Three of ten rows are read again."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.extract_and_publish(since="1", limit=3)
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
