"""L01: No file overwrites another: object keys are unique per run, chunk, part and attempt."""

from __future__ import annotations

from mysql_redshift.core.spec import Strategy
from tests.table_pipeline import TablePipeline, insert_orders


def test_every_chunk_and_every_attempt_writes_its_own_files(pipeline: TablePipeline) -> None:
    """Three chunks are extracted twice: every row arrives once."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    first, again = pipeline.extract(planned), pipeline.extract(planned)
    keys = [file.key for receipt in (*first, *again) for file in receipt.files]
    assert len(set(keys)) == len(keys) == 6
    pipeline.publish(planned, again)
    assert pipeline.load().rows_copied == 30
    assert pipeline.rows() == pipeline.source_rows()
