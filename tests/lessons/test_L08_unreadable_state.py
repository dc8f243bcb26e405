"""L08: A run whose state cannot be read fails; no default replaces the state."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.errors import StateError
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_unreadable_log_entry_does_not_start_a_first_run(pipeline: TablePipeline) -> None:
    """The error names a remedy, and no default position is used."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    pipeline.clients.store.put(TableLayout.of(pipeline.spec).entry(1), b"{ not json")
    with pytest.raises(StateError, match="what to do"):
        pipeline.plan()
