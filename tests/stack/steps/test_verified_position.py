"""A passed verification counts only for its own checks and for the log entries that it saw."""

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
    """Load two log entries of ten rows each; only the first is verified."""
    pipeline.checks = pipeline.spec.checks
    insert_orders(pipeline, 10)
    pipeline.sync()
    load_new_rows(pipeline, first=11)
    return pipeline


def load_new_rows(pipeline: TablePipeline, *, first: int) -> None:
    """Insert ten rows whose cursor is now and load them."""
    pipeline.sql(
        "INSERT INTO orders VALUES " + ", ".join(f"({first + i}, UTC_TIMESTAMP(6), 1, 'new')" for i in range(10))
    )
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()


def ledger_table(pipeline: TablePipeline) -> str:
    """Return the quoted name of the ledger table."""
    return f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'


def test_passed_bounds_do_not_replace_custody(loaded: TablePipeline) -> None:
    """The next scheduled verification still compares the log entry with the ledger."""
    loaded.verify("bounds")
    loaded.target(f"UPDATE {ledger_table(loaded)} SET rows_copied = 9 WHERE sequence = 2")
    with pytest.raises(DataCheckFailed, match="entry 2: 9 rows copied"):
        loaded.verify(if_due=True)


def test_passed_custody_does_not_replace_bounds(loaded: TablePipeline) -> None:
    """A redshift-only run does not query MySQL: its position is not verified, and the next run must count rows."""
    before = watermark.stage_position(loaded.spec, loaded.clients.store, "verified")
    loaded.verify("custody")
    assert loaded.verify("custody", if_due=True).unchanged
    assert watermark.stage_position(loaded.spec, loaded.clients.store, "verified") == before
    loaded.target("DELETE FROM {t} WHERE id = 12")
    with pytest.raises(DataCheckFailed, match="bounds"):
        loaded.verify(if_due=True)


def test_custody_verifies_a_table_that_has_no_other_check(loaded: TablePipeline) -> None:
    """Otherwise its sensors would never succeed."""
    loaded.change(checks=("custody",))
    loaded.verify("custody")
    state = watermark.read(loaded.spec, loaded.clients.store)
    assert state.verified_through == state.position


def test_a_check_that_compared_nothing_counts_as_left_out(loaded: TablePipeline) -> None:
    """Custody alone says nothing about the rows of the target."""
    loaded.change(checks=("custody", "window"))
    before = watermark.stage_position(loaded.spec, loaded.clients.store, "verified")
    watermark.reset(loaded.spec, store=loaded.clients.store, actor="test")
    for if_due in (False, True):
        custody, window = loaded.verify("custody", "window", if_due=if_due).results
        assert (custody.compared, window.compared) == (True, False)
        assert watermark.stage_position(loaded.spec, loaded.clients.store, "verified") == before


def test_other_checks_do_not_replace_keys_if_it_is_the_only_one(loaded: TablePipeline) -> None:
    """The check keys is left out of scheduled runs of the same day only beside other checks."""
    loaded.change(checks=("keys",))
    before = watermark.stage_position(loaded.spec, loaded.clients.store, "verified")
    loaded.verify("custody")
    assert watermark.stage_position(loaded.spec, loaded.clients.store, "verified") == before
    loaded.verify("keys")
    assert watermark.stage_position(loaded.spec, loaded.clients.store, "verified") != before


def test_rows_loaded_during_a_verification_are_not_verified(
    loaded: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verification read the target before that load."""
    with monkeypatch.context() as patch:
        patch.setattr(MySQLSource, "snapshot", snapshot_after_another_load(loaded, patch))
        report = loaded.verify()
    assert (report.ledger_head, watermark.read(loaded.spec, loaded.clients.store).log_loaded) == (2, 3)
    loaded.target("DELETE FROM {t} WHERE id = 12")
    with pytest.raises(DataCheckFailed, match="bounds"):
        loaded.verify(if_due=True)


def snapshot_after_another_load(pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return a replacement of ``MySQLSource.snapshot`` that first lets another run load ten rows."""
    original = MySQLSource.snapshot

    @contextmanager
    def snapshot(self: MySQLSource) -> Iterator[MySQLSnapshot]:
        monkeypatch.setattr(MySQLSource, "snapshot", original)
        load_new_rows(pipeline, first=91)
        with original(self) as opened:
            yield opened

    return snapshot


def test_different_keys_are_compared_again_on_the_same_day(loaded: TablePipeline) -> None:
    """A failed key comparison is repeated by scheduled runs although keys were compared on that day."""
    loaded.change(checks=("custody", "bounds", "keys"))
    loaded.verify(*Check)
    loaded.target("UPDATE {t} SET updated_at = '2020-01-01' WHERE id = 3")
    for if_due in (False, True):
        with pytest.raises(DataCheckFailed, match="1 stale"):
            loaded.verify(*loaded.spec.checks, if_due=if_due)
