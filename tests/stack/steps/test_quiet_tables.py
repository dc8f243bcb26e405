"""A run with nothing to count still looks whether the target is the table that was loaded."""

from __future__ import annotations

import pytest

from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps import watermark
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST


@pytest.fixture
def quiet(pipeline: TablePipeline) -> TablePipeline:
    """A verified table, and a later log entry whose window held no row."""
    pipeline.checks = pipeline.spec.checks
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()
    return pipeline


def verified_through(pipeline: TablePipeline) -> object:
    return watermark.read(pipeline.spec, pipeline.clients.store).verified_through


def test_the_verified_position_of_a_quiet_table_moves_after_a_look_at_the_target(quiet: TablePipeline) -> None:
    """No row is counted: the window held none."""
    before = verified_through(quiet)
    report = quiet.verify(if_due=True)
    assert (report.unchanged, report.results) == (True, ())
    assert verified_through(quiet) == report.position != before


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["DROP TABLE {t}"], "not the one that was loaded"),
        (["CREATE TABLE {t}_new (LIKE {t})", "DROP TABLE {t}"], "not the one that was loaded"),
        (["DELETE FROM {ledger}"], "not in the ledger"),
    ],
    ids=["dropped", "replaced", "ledger emptied"],
)
def test_a_lost_target_of_a_quiet_table_is_found_by_the_next_run(
    quiet: TablePipeline, statements: list[str], message: str
) -> None:
    """The remedy of the message brings the rows back."""
    before, rows = verified_through(quiet), quiet.source_rows()
    ref = quiet.spec.target
    table = f'"{ref.schema}"."{ref.table}"'
    for statement in statements:
        quiet.target(
            statement.replace("{t}_new", f'"{ref.schema}"."{ref.table}_new"')
            .replace("{t}", table)
            .replace("{ledger}", ledger_sql.table(ref))
        )
    if len(statements) > 1:
        quiet.target(f'ALTER TABLE "{ref.schema}"."{ref.table}_new" RENAME TO "{ref.table}"')
    with pytest.raises(DataCheckFailed, match=message):
        quiet.verify(if_due=True)
    assert verified_through(quiet) == before
    quiet.sync(full_refresh=True)
    assert quiet.rows() == rows


def test_redshift_may_sleep_while_nothing_is_verified(quiet: TablePipeline) -> None:
    """No session is opened, and the verified position says so by staying where it is."""
    before = verified_through(quiet)
    quiet.change(may_sleep=True)
    report = quiet.verify(if_due=True)
    assert (report.redshift_skipped, report.position) == (True, before)
    assert verified_through(quiet) == before


def test_a_target_dropped_while_redshift_slept_is_found_when_it_need_not_sleep(quiet: TablePipeline) -> None:
    """What was skipped is not taken for verified later."""
    before, ref = verified_through(quiet), quiet.spec.target
    quiet.change(may_sleep=True)
    quiet.target(f'DROP TABLE "{ref.schema}"."{ref.table}"')
    quiet.verify(if_due=True)
    quiet.change(may_sleep=False)
    with pytest.raises(DataCheckFailed, match="not the one that was loaded"):
        quiet.verify(if_due=True)
    assert verified_through(quiet) == before
