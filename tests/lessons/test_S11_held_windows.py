"""S11: A transaction that holds the window back for too long fails the run, and the error names it."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import WindowHeld
from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_idle_writer_is_named(pipeline: TablePipeline, writer: Writer) -> None:
    """Otherwise every run would succeed with no rows."""
    pipeline.change(max_hold=0.5)
    insert_orders(pipeline, 5)
    with writer() as idle:
        idle("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        thread = idle("SELECT CONNECTION_ID()")[0][0]
        pipeline.sql("DO SLEEP(2.1)")  # the server reports start times in whole seconds
        with pytest.raises(WindowHeld, match=f"thread {thread}"):
            pipeline.plan()
