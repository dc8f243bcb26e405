"""The checks find what a test breaks in the target."""

from __future__ import annotations

import pytest

from mysql_redshift.core.log import LogEntry
from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST

COPY_OF_NINE = "INSERT INTO {t} SELECT * FROM {t} WHERE id = 9"


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM {t} WHERE id = 3"],
        [COPY_OF_NINE],
        ["DELETE FROM {t} WHERE id = 3", COPY_OF_NINE],
    ],
    ids=["one lost", "one doubled", "one lost and one doubled"],
)
def test_bounds_find_lost_and_doubled_rows(pipeline: TablePipeline, statements: list[str]) -> None:
    """The message names the table, both counts and what to do."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    for statement in statements:
        pipeline.target(statement)
    with pytest.raises(DataCheckFailed) as caught:
        pipeline.verify("bounds")
    text = str(caught.value)
    assert f"{pipeline.spec.source.database}.orders" in text
    assert "20 rows" in text
    assert "full_refresh" in text


def test_the_window_check_finds_a_lost_row(pipeline: TablePipeline) -> None:
    """One-sided, but this side it sees."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match="window"):
        pipeline.verify("window")


def test_custody_finds_an_entry_that_the_ledger_lacks(pipeline: TablePipeline) -> None:
    """A restored, older ledger is not the truth."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    ledger = f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'
    pipeline.target(f"UPDATE {ledger} SET rows_copied = 19")
    with pytest.raises(DataCheckFailed, match="custody"):
        pipeline.verify("custody")


def test_a_verification_that_succeeds_ends_the_failure_of_another(pipeline: TablePipeline) -> None:
    """Else sensors would wait, and operators would read of a failure, until the next load."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target(COPY_OF_NINE)
    with pytest.raises(DataCheckFailed):
        pipeline.verify()
    assert watermark.stage_position(pipeline.spec, pipeline.clients.store, "redshift") is None
    pipeline.target("DELETE FROM {t} WHERE id = 9")
    pipeline.target("INSERT INTO {t} (id, updated_at) VALUES (9, '2026-01-01')")
    pipeline.verify("bounds")  # counts rows only: it does not say that every log entry was loaded
    assert watermark.read(pipeline.spec, pipeline.clients.store).redshift_status == "failed"
    pipeline.verify()
    state = watermark.read(pipeline.spec, pipeline.clients.store)
    assert (state.redshift_status, state.last_error) == ("success", None)
    assert watermark.stage_position(pipeline.spec, pipeline.clients.store, "redshift") == state.position


def test_what_failed_is_verified_again_by_a_run_with_nothing_to_load(pipeline: TablePipeline) -> None:
    """A load of nothing says of itself that all is well; it does not say so of rows that somebody doubled."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target(COPY_OF_NINE)
    with pytest.raises(DataCheckFailed):
        pipeline.verify("bounds")
    pipeline.verify("custody")
    assert watermark.read(pipeline.spec, pipeline.clients.store).redshift_status == "failed"
    with pytest.raises(DataCheckFailed, match="bounds"):
        pipeline.scheduled_run(pipeline.clients.warehouse)


def test_a_verification_leaves_the_failure_of_an_extract(pipeline: TablePipeline) -> None:
    """It says nothing of MySQL's stage."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    for stage in ("redshift", "mysql"):
        watermark_cache.note_failure(
            pipeline.spec, pipeline.clients.store, stage=stage, error=MysqlRedshiftError(stage)
        )
    pipeline.verify()
    state = watermark.read(pipeline.spec, pipeline.clients.store)
    assert (state.redshift_status, state.mysql_status) == ("success", "failed")
    assert state.last_error == "mysql"


def test_a_nightly_verification_does_not_read_the_whole_log(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the log is, only what is new is asked of S3; of the rest the ledger must still hold every entry."""
    insert_orders(pipeline, 5)
    for number in range(4):
        pipeline.sql(f"INSERT INTO orders VALUES ({90 + number}, UTC_TIMESTAMP(6), 1, 'new')")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
        pipeline.load()
        if number != 3:
            pipeline.verify()
    asked: list[int] = []
    find = Journal.find

    def noted(self: Journal, number: int) -> LogEntry | None:
        asked.append(number)
        return find(self, number)

    monkeypatch.setattr(Journal, "find", noted)
    pipeline.verify(if_due=True)
    assert set(asked) == {4}
    pipeline.verify()
    assert set(asked) == {1, 2, 3, 4}
    ledger = f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'
    pipeline.target(f"DELETE FROM {ledger} WHERE sequence = 2")
    pipeline.sql("INSERT INTO orders VALUES (99, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()
    with pytest.raises(DataCheckFailed, match=r"entry 2: not in the ledger"):
        pipeline.verify(if_due=True)


def test_rows_deleted_at_the_source_do_not_alarm(pipeline: TablePipeline) -> None:
    """They are kept in the target, and the report says so."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id = 3")
    (result,) = pipeline.verify("bounds").results
    assert "deleted at the source" in result.note


def test_a_writer_that_goes_on_does_not_alarm(pipeline: TablePipeline) -> None:
    """New rows above the position, updated rows that left the window: both are inside the bounds."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("INSERT INTO orders VALUES (90, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id <= 4")
    pipeline.verify()


def test_a_load_onto_doubled_keys_is_refused(pipeline: TablePipeline) -> None:
    """It would mend one key in silence and leave the others."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target(COPY_OF_NINE)
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 9")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    with pytest.raises(DataCheckFailed, match="duplicate rows"):
        pipeline.load()
