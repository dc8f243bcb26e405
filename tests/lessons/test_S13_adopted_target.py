"""S13: A target that was restored under a new OID is taken over on request, if it holds what was loaded."""

from __future__ import annotations

import pytest

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps.adopt import adopt
from tests.table_pipeline import TablePipeline, insert_orders


def adopted(pipeline: TablePipeline) -> LogEntry:
    """Adopt the target."""
    clients = pipeline.clients
    return adopt(
        pipeline.spec,
        source=clients.source,
        store=clients.store,
        warehouse=clients.warehouse,
        encoder=clients.encoder,
        actor="cli: test",
        reason="restored",
    )


def test_a_restored_target_is_adopted_unless_it_lacks_rows(pipeline: TablePipeline) -> None:
    """A run alone never accepts another table; the request compares it, and is a log entry with actor and reason."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    backup, restored = (f'"{pipeline.spec.target.schema}"."{name}"' for name in ("backup", "restored"))
    pipeline.target(f"CREATE TABLE {backup} AS SELECT * FROM {{t}}")
    pipeline.target(f"CREATE TABLE {restored} AS SELECT * FROM {backup} WHERE id < 5")
    pipeline.target("DROP TABLE {t}")
    pipeline.target(f"ALTER TABLE {restored} RENAME TO orders")
    with pytest.raises(DataCheckFailed, match="keys"):
        adopted(pipeline)
    pipeline.target(f"INSERT INTO {{t}} SELECT * FROM {backup} WHERE id = 5")
    with pytest.raises(DataCheckFailed, match="watermark adopt"):
        pipeline.sync()
    entry = adopted(pipeline)
    assert (entry.kind, entry.actor, entry.reason) == (EntryKind.ADOPT, "cli: test", "restored")
    pipeline.sync()
