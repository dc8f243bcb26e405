"""L24: Rows whose cursor lies beyond the source's clock are counted and reported."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import ConfigurationError
from tests.table_pipeline import TablePipeline, insert_orders


def test_rows_beyond_the_clock_are_reported(pipeline: TablePipeline) -> None:
    """The log entry says so, too."""
    insert_orders(pipeline, 5)
    insert_orders(pipeline, 2, at="9999-12-31 00:00:00", first=6)
    entry = pipeline.extract_and_publish()
    assert entry.rows == 5
    assert "2 rows have a cursor beyond the source's clock" in entry.reason


def test_a_cursor_in_a_wrong_unit_is_refused(pipeline: TablePipeline) -> None:
    """Milliseconds taken for seconds lie tens of thousands of years ahead."""
    pipeline.sql("ALTER TABLE orders ADD COLUMN at BIGINT NOT NULL DEFAULT 1767225600000")
    insert_orders(pipeline, 5)
    pipeline.change(cursor=CursorRef(column="at", kind="unix-s"))
    with pytest.raises(ConfigurationError, match="kind: unix-ms"):
        pipeline.plan()
    pipeline.change(cursor=CursorRef(column="at", kind="unix-ms"))
    assert pipeline.extract_and_publish().rows == 5
