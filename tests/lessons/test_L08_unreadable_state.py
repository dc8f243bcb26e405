"""L08: A state that cannot be read fails the run: nothing is assumed in its place."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.errors import StateError
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_unreadable_log_entry_is_no_first_run(pipeline: TablePipeline) -> None:
    """The way out is named, and nothing is read from a default."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    pipeline.clients.store.put(TableLayout.of(pipeline.spec).entry(1), b"{ not json")
    with pytest.raises(StateError, match="what to do"):
        pipeline.plan()
