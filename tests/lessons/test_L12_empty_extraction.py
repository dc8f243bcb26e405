"""L12: An empty source does not empty the target without explicit permission."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import DataCheckFailed
from tests.table_pipeline import TablePipeline, insert_orders


def test_replacing_all_rows_with_none_needs_permission(pipeline: TablePipeline) -> None:
    """The target keeps its rows, and the message names the setting that allows it."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 10)
    pipeline.sync()
    before = pipeline.rows()
    pipeline.sql("DELETE FROM orders")
    pipeline.extract_and_publish()
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        pipeline.load()
    assert pipeline.rows() == before
