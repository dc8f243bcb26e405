"""D01: The ledger is written in the transaction that loads the rows."""

from __future__ import annotations

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import CursorRef, LoadMode
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_repeated_load_adds_no_rows(pipeline: TablePipeline) -> None:
    """A worker died right after COMMIT: the retry finds its entry in the ledger."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    pipeline.sync()
    insert_orders(pipeline, 5, first=6)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.clients.store.delete([TableLayout.of(pipeline.spec).watermark])  # only a cache: no decision depends on it
    assert pipeline.load().applied == ()
    assert pipeline.rows() == pipeline.source_rows()
