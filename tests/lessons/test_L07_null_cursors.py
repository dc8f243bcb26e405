"""L07: Rows without a cursor value are found, counted and named, or loaded as declared."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import SourceError
from tests.table_pipeline import TablePipeline, insert_orders


def test_null_cursors_are_not_left_out_in_silence(pipeline: TablePipeline) -> None:
    """No window would ever hold them; the plan says how many there are."""
    insert_orders(pipeline, 3)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (100, NULL), (101, NULL)")
    with pytest.raises(SourceError, match="2 rows with NULL"):
        pipeline.plan()
