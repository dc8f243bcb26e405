"""D06: Two pipelines of one table share neither state nor files."""

from __future__ import annotations

from dataclasses import replace

from tests.table_pipeline import TablePipeline, insert_orders


def test_a_second_target_gets_every_row(pipeline: TablePipeline) -> None:
    """The second pipeline has its own log and starts at the oldest row."""
    insert_orders(pipeline, 10)
    pipeline.sync()
    first = pipeline.spec
    pipeline.change(pipeline="other", target=replace(first.target, table="copy_of_orders"))
    assert pipeline.extract_and_publish().rows == 10
    assert pipeline.load().rows_copied == 10
    assert pipeline.rows() == pipeline.source_rows()
