"""Every check first looks whether target and ledger are those that were loaded; counts alone do not show it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mysql_redshift.core.spec import Deletes
from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError, StateError, TargetError
from mysql_redshift.steps import watermark
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST

DROPPED = ("DROP TABLE {t}",)
REPLACED = (
    "CREATE TABLE {t_new} (LIKE {t})",
    "INSERT INTO {t_new} SELECT * FROM {t}",
    "DROP TABLE {t}",
    "ALTER TABLE {t_new} RENAME TO orders",
)
LEDGER_EMPTIED = ("DELETE FROM {ledger}",)
LEDGER_DROPPED = ("DROP TABLE {ledger}",)
LEDGER_BEHIND = ("DELETE FROM {ledger} WHERE sequence > 1",)
OTHER_LOG = ("UPDATE {ledger} SET log_uri = 's3://other/log'",)


def damage(pipeline: TablePipeline, statements: Sequence[str]) -> None:
    """Run the statements at the target; ``{t_new}`` is a second table beside it."""
    ref = pipeline.spec.target
    for statement in statements:
        text = statement.replace("{ledger}", ledger_sql.table(ref)).replace("{t_new}", f'"{ref.schema}"."orders_new"')
        pipeline.target(text)


@pytest.fixture
def loaded(pipeline: TablePipeline) -> TablePipeline:
    """A verified table with two log entries."""
    pipeline.checks = pipeline.spec.checks
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("INSERT INTO orders VALUES (11, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    return pipeline


@pytest.mark.parametrize("checks", [("custody", "bounds"), ("custody",), ("bounds",), ("window",), ("keys",)], ids=str)
@pytest.mark.parametrize("statements", [DROPPED, REPLACED], ids=["dropped", "replaced"])
def test_no_check_passes_on_another_table_than_the_loaded_one(
    loaded: TablePipeline, statements: Sequence[str], checks: tuple[str, ...]
) -> None:
    """No row is left at the source, so the counts of a missing table are right. The remedy of the message helps."""
    loaded.sql("DELETE FROM orders WHERE id > 1")
    loaded.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR")
    damage(loaded, statements)
    with pytest.raises(DataCheckFailed, match="not the one that was loaded"):
        loaded.verify(*checks)
    loaded.sync(full_refresh=True)
    assert loaded.rows() == loaded.source_rows()


@pytest.mark.parametrize("check", ["custody", "bounds", "window", "keys"])
@pytest.mark.parametrize(
    ("statements", "error"),
    [
        (LEDGER_EMPTIED, DataCheckFailed),
        (LEDGER_DROPPED, DataCheckFailed),
        (LEDGER_BEHIND, DataCheckFailed),
        (OTHER_LOG, StateError),
    ],
    ids=["ledger emptied", "ledger dropped", "ledger behind", "ledger of another log"],
)
def test_no_check_passes_on_another_ledger_than_the_known_one(
    loaded: TablePipeline, statements: Sequence[str], error: type[MysqlRedshiftError], check: str
) -> None:
    """Without its ledger nothing says what a target holds."""
    damage(loaded, statements)
    with pytest.raises(error, match=r"not in the ledger|another log"):
        loaded.verify(check)


def test_loads_that_a_ledger_lacks_are_repeated(loaded: TablePipeline) -> None:
    """The remedy of the message: a run loads the entries again, in their order."""
    damage(loaded, LEDGER_BEHIND)
    with pytest.raises(DataCheckFailed, match="redshift-only"):
        loaded.verify()
    assert [entry.sequence for entry in loaded.load().applied] == [2]
    loaded.verify()
    assert loaded.rows() == loaded.source_rows()


def test_a_load_without_rows_finds_a_lost_target(loaded: TablePipeline) -> None:
    """Otherwise it would replace the failure of the verification by a success."""
    damage(loaded, DROPPED)
    with pytest.raises(DataCheckFailed):
        loaded.verify()
    with pytest.raises(TargetError, match="not the one that was loaded"):
        loaded.load()
    assert watermark.read(loaded.spec, loaded.clients.store).redshift_status == "failed"


def test_no_row_is_deleted_from_another_table_than_the_loaded_one(loaded: TablePipeline) -> None:
    """A reconciliation that could not be loaded would stay pending."""
    loaded.change(deletes=Deletes.RECONCILE)
    loaded.sql("DELETE FROM orders WHERE id = 3")
    damage(loaded, REPLACED)
    with pytest.raises(DataCheckFailed, match="not the one that was loaded"):
        loaded.verify("custody", "bounds", "keys")
    assert watermark.read(loaded.spec, loaded.clients.store).log_extracted == 2


def test_a_table_that_was_never_loaded_may_be_missing(pipeline: TablePipeline) -> None:
    """An empty source publishes no rows, so no load creates a target."""
    pipeline.checks = pipeline.spec.checks
    pipeline.sync()
    assert pipeline.verify().rows == 0
