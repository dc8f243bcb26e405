"""D03: Of two versions of a row, the one of the later snapshot wins, also in a replay."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline, insert_orders


def test_the_newest_of_several_pending_versions_wins(pipeline: TablePipeline) -> None:
    """Three entries are loaded through one staging table; the rows of the last entry win."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()
    for amount in (50, 60):
        pipeline.sql(f"UPDATE orders SET amount = {amount}, updated_at = UTC_TIMESTAMP(6)")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
    assert pipeline.load().rows_copied == 15
    assert pipeline.rows() == pipeline.source_rows()
