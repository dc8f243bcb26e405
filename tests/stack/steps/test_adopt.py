"""A target that a restore, resize or migration gave another OID is adopted if it holds what was loaded."""

from __future__ import annotations

import pytest

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.errors import ConfigurationError, DataCheckFailed, TargetError
from mysql_redshift.steps.adopt import adopt
from mysql_redshift.steps.loading import batch
from mysql_redshift.steps.state.journal import Journal
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST


def replace_target(pipeline: TablePipeline, where: str = "TRUE") -> None:
    """Put a copy of the target, with the rows that fulfil a condition, in its place."""
    new = f'"{pipeline.spec.target.schema}"."orders_new"'
    pipeline.target(f"CREATE TABLE {new} (LIKE {{t}})")
    pipeline.target(f"INSERT INTO {new} SELECT * FROM {{t}} WHERE {where}")
    pipeline.target("DROP TABLE {t}")
    pipeline.target(f"ALTER TABLE {new} RENAME TO orders")


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


def log_head(pipeline: TablePipeline) -> int:
    """Return the log's last sequence."""
    head = Journal.of(pipeline.spec, pipeline.clients.store).head()
    return head.sequence if head is not None else 0


def new_row(pipeline: TablePipeline, key: int) -> None:
    """Insert a row that the next run reads."""
    pipeline.sql(f"INSERT INTO orders VALUES ({key}, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("DO SLEEP(0.01)")


@pytest.fixture
def loaded(pipeline: TablePipeline) -> TablePipeline:
    """A verified table with two log entries."""
    insert_orders(pipeline, 10)
    pipeline.sync()
    new_row(pipeline, 11)
    pipeline.sync()
    return pipeline


def test_a_target_with_a_new_oid_and_the_same_rows_is_adopted(loaded: TablePipeline) -> None:
    """The entry that could not be loaded stays pending, and is loaded into the adopted table."""
    replace_target(loaded)
    new_row(loaded, 12)
    loaded.extract_and_publish()
    with pytest.raises(TargetError, match="watermark adopt"):
        loaded.load()

    entry = adopted(loaded)

    assert (entry.sequence, entry.kind, entry.actor, entry.reason) == (4, EntryKind.ADOPT, "cli: test", "restored")
    assert entry.position_to == entry.position_from
    assert [applied.rows_copied for applied in loaded.load().applied] == [1, 0]
    assert loaded.rows() == loaded.source_rows()
    rows = loaded.target(f"SELECT DISTINCT generation FROM {ledger_sql.table(loaded.spec.target)}")
    assert [int(row[0]) for row in rows] == [0]
    new_row(loaded, 13)
    loaded.sync()
    assert loaded.rows() == loaded.source_rows()


@pytest.mark.parametrize("where", ["id <> 3", "id < 11", "FALSE"], ids=["one row", "the last row", "every row"])
def test_a_table_that_lacks_rows_is_not_adopted(loaded: TablePipeline, where: str) -> None:
    """The counts of the ledger say what it must hold. Nothing is published."""
    replace_target(loaded, where)
    with pytest.raises(DataCheckFailed, match="keys"):
        adopted(loaded)
    assert log_head(loaded) == 2


def test_a_table_with_older_values_is_not_adopted(loaded: TablePipeline) -> None:
    """The counts agree, the keys do not: one row has the cursor of an earlier day."""
    replace_target(loaded)
    loaded.target("UPDATE {t} SET updated_at = '2020-01-01' WHERE id = 5")
    with pytest.raises(DataCheckFailed, match="keys"):
        adopted(loaded)


def test_rows_of_a_table_without_a_key_are_counted(pipeline: TablePipeline) -> None:
    """Without a key only the counts can be compared."""
    pipeline.change(load=LoadMode.APPEND, key=())
    insert_orders(pipeline, 10)
    pipeline.sync()
    replace_target(pipeline, "id > 1")
    with pytest.raises(DataCheckFailed, match="bounds"):
        adopted(pipeline)


def test_a_target_that_was_restored_with_its_ledger_is_adopted_and_catches_up(loaded: TablePipeline) -> None:
    """The log knows what came after the backup."""
    replace_target(loaded, "id < 11")
    loaded.target(f"DELETE FROM {ledger_sql.table(loaded.spec.target)} WHERE sequence > 1")
    adopted(loaded)
    assert [entry.sequence for entry in loaded.load().applied] == [2, 3]
    assert loaded.rows() == loaded.source_rows()


def test_an_adoption_is_found_behind_many_pending_entries(
    loaded: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first transaction of the load ends before the entry that adopts the table."""
    monkeypatch.setattr(batch, "MOST_ENTRIES", 1)
    replace_target(loaded)
    new_row(loaded, 12)
    loaded.extract_and_publish()
    adopted(loaded)
    assert [entry.sequence for entry in loaded.load().applied] == [3, 4]


def test_an_adoption_is_not_valid_for_a_third_table(loaded: TablePipeline) -> None:
    """It names the OID that was compared."""
    replace_target(loaded)
    adopted(loaded)
    replace_target(loaded)
    with pytest.raises(TargetError, match="not the one that was loaded"):
        loaded.load()
    adopted(loaded)
    loaded.load()


def test_the_loaded_table_cannot_be_adopted(loaded: TablePipeline) -> None:
    """Nor can a missing one, which must be restored first."""
    with pytest.raises(ConfigurationError, match="no target to adopt"):
        adopted(loaded)
    loaded.target("DROP TABLE {t}")
    with pytest.raises(TargetError, match="Restore the table"):
        adopted(loaded)


def test_a_table_that_was_never_loaded_cannot_be_adopted(pipeline: TablePipeline) -> None:
    """No ledger says what it should hold."""
    with pytest.raises(ConfigurationError, match="no log entry"):
        adopted(pipeline)
    insert_orders(pipeline, 3)
    pipeline.extract_and_publish()
    with pytest.raises(ConfigurationError, match="an empty ledger"):
        adopted(pipeline)
