"""Simulate a failover: the log names another server, and the source lacks its newest rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.steps.state.journal import Journal
from tests.table_pipeline import TablePipeline

OLD_SERVER = "00000000-0000-0000-0000-00000000000a"


def fail_over(pipeline: TablePipeline, *, lost_from: int) -> None:
    """Lose the rows from id ``lost_from`` on, whose ids will be used again."""
    rename_server(pipeline)
    pipeline.sql(f"DELETE FROM orders WHERE id >= {lost_from}")
    pipeline.sql(f"ALTER TABLE orders AUTO_INCREMENT = {lost_from}")


def rename_server(pipeline: TablePipeline) -> None:
    """Let every log entry name another server, and let all but the last be 20 minutes old."""
    store = pipeline.clients.store
    journal, layout = Journal.of(pipeline.spec, store), TableLayout.of(pipeline.spec)
    head = journal.head()
    assert head is not None
    before = (datetime.now(UTC) - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for sequence in range(1, head.sequence + 1):
        entry = replace(journal.read(sequence), server_uuid=OLD_SERVER)
        if sequence < head.sequence:
            entry = replace(entry, created_at=before)
        store.put(layout.entry(sequence), codec.to_json(entry))
