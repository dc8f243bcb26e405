"""S10: A run that extracts nothing still loads the pending entries."""

from __future__ import annotations

from mysql_redshift.core.request import Mode
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_empty_run_loads_what_a_backup_run_left_pending(pipeline: TablePipeline) -> None:
    """A backup-only run stored the rows on S3; the next run finds no new rows."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish(mode=Mode.BACKUP_ONLY)
    assert pipeline.extract_and_publish().rows == 0
    assert pipeline.load().rows_copied == 5
    assert pipeline.rows() == pipeline.source_rows()
