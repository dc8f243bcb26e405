"""L13: Chunk boundaries follow the distribution of the keys, and the chunks cover every row exactly once."""

from __future__ import annotations

from mysql_redshift.core.spec import Strategy
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_outlier_key_does_not_skew_the_chunks(pipeline: TablePipeline) -> None:
    """With 1,000 consecutive keys and one distant key, no chunk has more than twice its share."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=100)
    insert_orders(pipeline, 1000)
    insert_orders(pipeline, 1, first=10**15)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    assert sum(receipt.rows for receipt in receipts) == 1001
    assert max(receipt.rows for receipt in receipts) <= 200
