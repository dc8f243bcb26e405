"""L07: Rows without a cursor value are found, counted and reported, or loaded as declared."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import SourceError
from tests.table_pipeline import TablePipeline, insert_orders


def test_rows_with_null_cursors_are_not_skipped_silently(pipeline: TablePipeline) -> None:
    """No window contains them; the plan fails and reports their number."""
    insert_orders(pipeline, 3)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (100, NULL), (101, NULL)")
    with pytest.raises(SourceError, match="2 rows with NULL"):
        pipeline.plan()
