"""D01: The ledger is written in the transaction that moves the rows."""

from __future__ import annotations

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import CursorRef, LoadMode
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_load_that_is_repeated_adds_nothing(pipeline: TablePipeline) -> None:
    """A worker that died right after COMMIT: the retry finds its rows in the ledger."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    pipeline.sync()
    insert_orders(pipeline, 5, first=6)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.clients.store.delete([TableLayout.of(pipeline.spec).watermark])  # the cache, which nothing may depend on
    assert pipeline.load().applied == ()
    assert pipeline.rows() == pipeline.source_rows()
