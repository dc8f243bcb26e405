"""S10: A run that extracts nothing still loads what is pending."""

from __future__ import annotations

from mysql_redshift.core.request import Mode
from tests.way import Way, fill


def test_an_empty_run_loads_what_a_backup_left(way: Way) -> None:
    """Backup-only put the rows on S3; the next run finds no new ones."""
    fill(way, 5)
    way.stage_one(mode=Mode.BACKUP_ONLY)
    assert way.stage_one().rows == 0
    assert way.load().rows_copied == 5
    assert way.rows() == way.source_rows()
