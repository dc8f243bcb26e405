"""L23: A zero date is a value, not a NULL."""

from __future__ import annotations

from mysql_redshift.core.spec import CursorRef
from tests.table_pipeline import TablePipeline


def test_zero_dates_of_a_not_null_cursor_are_read_once(pipeline: TablePipeline) -> None:
    """MySQL matches them with IS NULL."""
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("ALTER TABLE orders MODIFY updated_at DATETIME(6) NOT NULL")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '0000-00-00'), (2, '2026-01-01')")
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"))
    assert pipeline.extract_and_publish().rows == 2
