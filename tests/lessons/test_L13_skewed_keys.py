"""L13: Chunks follow the keys as they are, and cover every row exactly once."""

from __future__ import annotations

from mysql_redshift.core.spec import Strategy
from tests.table_pipeline import TablePipeline, insert_orders


def test_one_far_key_does_not_empty_the_chunks(pipeline: TablePipeline) -> None:
    """A thousand neighbours and one key far away: no chunk holds much more than its share."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=100)
    insert_orders(pipeline, 1000)
    insert_orders(pipeline, 1, first=10**15)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    assert sum(receipt.rows for receipt in receipts) == 1001
    assert max(receipt.rows for receipt in receipts) <= 200
