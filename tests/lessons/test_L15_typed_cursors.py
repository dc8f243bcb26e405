"""L15: A cursor is compared only with values of its own kind."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.errors import ConfigurationError
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_timestamp_is_rejected_for_an_integer_cursor(pipeline: TablePipeline) -> None:
    """``since: 2026-01-01`` on an integer id fails before anything is read."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    with pytest.raises(ConfigurationError, match="The cursor is an integer"):
        pipeline.plan(since="2026-01-01", allow_gap=True)
