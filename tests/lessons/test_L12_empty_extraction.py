"""L12: A target is never emptied by a source that happens to be empty."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import DataCheckFailed
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_replace_by_nothing_needs_permission(pipeline: TablePipeline) -> None:
    """The target keeps its rows, and the message says how to allow it."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 10)
    pipeline.sync()
    before = pipeline.rows()
    pipeline.sql("DELETE FROM orders")
    pipeline.extract_and_publish()
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        pipeline.load()
    assert pipeline.rows() == before
