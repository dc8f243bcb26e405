"""What a verification that passed says for the next one: of its own checks, of what it saw, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mysql_redshift.adapters.mysql.source import MySQLSnapshot, MySQLSource
from mysql_redshift.core.verification import Check
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps import watermark
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST


@pytest.fixture
def loaded(pipeline: TablePipeline) -> TablePipeline:
    """Twenty rows in the target, two log entries, of which the first was verified."""
    pipeline.checks = pipeline.spec.checks
    insert_orders(pipeline, 10)
    pipeline.sync()
    more(pipeline, first=11)
    return pipeline


def more(pipeline: TablePipeline, *, first: int) -> None:
    """Write ten rows of now, and load them."""
    pipeline.sql(
        "INSERT INTO orders VALUES " + ", ".join(f"({first + i}, UTC_TIMESTAMP(6), 1, 'new')" for i in range(10))
    )
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()


def ledger(pipeline: TablePipeline) -> str:
    """Return the ledger's table."""
    return f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'


def test_rows_that_were_counted_say_nothing_of_custody(loaded: TablePipeline) -> None:
    """The next scheduled verification still compares the entry with the ledger."""
    loaded.verify("bounds")
    loaded.target(f"UPDATE {ledger(loaded)} SET rows_copied = 9 WHERE sequence = 2")
    with pytest.raises(DataCheckFailed, match="entry 2: 9 rows copied"):
        loaded.verify(if_due=True)


def test_custody_says_nothing_of_rows(loaded: TablePipeline) -> None:
    """A run of redshift-only asks MySQL nothing: its position is not verified, nor may the next run sleep."""
    before = watermark.stage_position(loaded.spec, loaded.clients.store, "verified")
    loaded.verify("custody")
    assert loaded.verify("custody", if_due=True).redshift_skipped
    assert watermark.stage_position(loaded.spec, loaded.clients.store, "verified") == before
    loaded.target("DELETE FROM {t} WHERE id = 12")
    with pytest.raises(DataCheckFailed, match="bounds"):
        loaded.verify(if_due=True)


def test_a_table_whose_one_check_is_custody_is_verified_by_it(loaded: TablePipeline) -> None:
    """Its sensors would wait for ever."""
    loaded.change(checks=("custody",))
    loaded.verify("custody")
    state = watermark.read(loaded.spec, loaded.clients.store)
    assert state.verified_through == state.position


def test_what_is_loaded_while_rows_are_counted_is_not_verified(
    loaded: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target was looked at before that load."""
    with monkeypatch.context() as patch:
        patch.setattr(MySQLSource, "snapshot", after(loaded, patch))
        report = loaded.verify()
    assert (report.ledger_head, watermark.read(loaded.spec, loaded.clients.store).log_loaded) == (2, 3)
    loaded.target("DELETE FROM {t} WHERE id = 12")
    with pytest.raises(DataCheckFailed, match="bounds"):
        loaded.verify(if_due=True)


def after(pipeline: TablePipeline, monkey: pytest.MonkeyPatch) -> object:
    """Return ``MySQLSource.snapshot`` as it is when another run gets in first: it loads ten rows."""
    original = MySQLSource.snapshot

    @contextmanager
    def snapshot(self: MySQLSource) -> Iterator[MySQLSnapshot]:
        monkey.setattr(MySQLSource, "snapshot", original)
        more(pipeline, first=91)
        with original(self) as opened:
            yield opened

    return snapshot


def test_keys_that_differ_are_compared_again_on_the_same_day(loaded: TablePipeline) -> None:
    """A difference that a person found is not forgotten by the runs that follow, though keys were compared today."""
    loaded.change(checks=("custody", "bounds", "keys"))
    loaded.verify(*Check)
    loaded.target("UPDATE {t} SET updated_at = '2020-01-01' WHERE id = 3")
    for if_due in (False, True):
        with pytest.raises(DataCheckFailed, match="1 stale"):
            loaded.verify(*loaded.spec.checks, if_due=if_due)
