"""The checks find lost and duplicate rows in the target, and a passed check clears the failure of another run."""

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

DUPLICATE_ROW_9 = "INSERT INTO {t} SELECT * FROM {t} WHERE id = 9"


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM {t} WHERE id = 3"],
        [DUPLICATE_ROW_9],
        ["DELETE FROM {t} WHERE id = 3", DUPLICATE_ROW_9],
    ],
    ids=["one lost", "one duplicate", "one lost and one duplicate"],
)
def test_bounds_find_lost_and_duplicate_rows(pipeline: TablePipeline, statements: list[str]) -> None:
    """The message has the table, the counts and the remedy."""
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
    """The window check finds rows that are missing in the target."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match="window"):
        pipeline.verify("window")


def test_custody_finds_a_ledger_row_that_differs_from_the_log(pipeline: TablePipeline) -> None:
    """The ledger may have been restored or changed by hand."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    ledger = f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'
    pipeline.target(f"UPDATE {ledger} SET rows_copied = 19")
    with pytest.raises(DataCheckFailed, match="custody"):
        pipeline.verify("custody")


def test_a_passed_verification_clears_an_earlier_failure(pipeline: TablePipeline) -> None:
    """Otherwise sensors would wait and operators would see the failure until the next load."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target(DUPLICATE_ROW_9)
    with pytest.raises(DataCheckFailed):
        pipeline.verify()
    assert watermark.stage_position(pipeline.spec, pipeline.clients.store, "redshift") is None
    pipeline.target("DELETE FROM {t} WHERE id = 9")
    pipeline.target("INSERT INTO {t} (id, updated_at) VALUES (9, '2026-01-01')")
    pipeline.verify("bounds")  # counts rows only, so it cannot show that every log entry was loaded
    assert watermark.read(pipeline.spec, pipeline.clients.store).redshift_status == "failed"
    pipeline.verify()
    state = watermark.read(pipeline.spec, pipeline.clients.store)
    assert (state.redshift_status, state.last_error) == ("success", None)
    assert watermark.stage_position(pipeline.spec, pipeline.clients.store, "redshift") == state.position


def test_a_failed_check_runs_again_in_a_run_with_nothing_to_load(pipeline: TablePipeline) -> None:
    """Neither an empty load nor another check clears the failure of ``bounds``."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target(DUPLICATE_ROW_9)
    with pytest.raises(DataCheckFailed):
        pipeline.verify("bounds")
    pipeline.verify("custody")
    assert watermark.read(pipeline.spec, pipeline.clients.store).redshift_status == "failed"
    with pytest.raises(DataCheckFailed, match="bounds"):
        pipeline.scheduled_run(pipeline.clients.warehouse)


def test_a_passed_verification_keeps_the_failure_of_an_extract(pipeline: TablePipeline) -> None:
    """It verifies the Redshift stage only."""
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


def test_a_scheduled_verification_reads_only_new_log_entries(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger must still contain every older entry."""
    insert_orders(pipeline, 5)
    for number in range(4):
        pipeline.sql(f"INSERT INTO orders VALUES ({90 + number}, UTC_TIMESTAMP(6), 1, 'new')")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
        pipeline.load()
        if number != 3:
            pipeline.verify()
    read_entries: list[int] = []
    find = Journal.find

    def recording_find(self: Journal, number: int) -> LogEntry | None:
        read_entries.append(number)
        return find(self, number)

    monkeypatch.setattr(Journal, "find", recording_find)
    pipeline.verify(if_due=True)
    assert set(read_entries) == {4}
    pipeline.verify()
    assert set(read_entries) == {1, 2, 3, 4}
    ledger = f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'
    pipeline.target(f"DELETE FROM {ledger} WHERE sequence = 2")
    pipeline.sql("INSERT INTO orders VALUES (99, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()
    with pytest.raises(DataCheckFailed, match=r"entry 2: not in the ledger"):
        pipeline.verify(if_due=True)


def test_rows_deleted_at_the_source_pass_the_bounds(pipeline: TablePipeline) -> None:
    """They are kept in the target and reported."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id = 3")
    (result,) = pipeline.verify("bounds").results
    assert "deleted at the source" in result.note


def test_rows_written_after_the_last_run_pass_every_check(pipeline: TablePipeline) -> None:
    """New rows are above the position, and updated rows have left the window."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("INSERT INTO orders VALUES (90, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id <= 4")
    pipeline.verify()


def test_a_merge_into_duplicate_keys_is_refused(pipeline: TablePipeline) -> None:
    """It would silently remove the duplicates of the merged keys only."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.target(DUPLICATE_ROW_9)
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 9")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    with pytest.raises(DataCheckFailed, match="duplicate rows"):
        pipeline.load()


@pytest.mark.parametrize("policy", ["null", "2099-12-31"])
@pytest.mark.parametrize("date", ["2026-02-00", "2026-00-05", "2026-02-31"])
def test_a_cursor_that_a_policy_changes_is_no_missing_row_of_the_window(
    pipeline: TablePipeline, policy: str, date: str
) -> None:
    """The source sorts an invalid date inside the window; the target holds what the policy made of it."""
    pipeline.change(policies={"zero_date": policy})
    insert_orders(pipeline, 5)
    pipeline.sync()
    pipeline.sql("SET sql_mode = 'ALLOW_INVALID_DATES'")
    pipeline.sql(f"INSERT INTO orders VALUES (6, '{date}', 1, NULL), (7, '2026-02-01', 1, NULL)")
    pipeline.extract_and_publish(since="2025-12-01T00:00:00Z")
    pipeline.load()
    (result,) = pipeline.verify("window").results
    assert result.expected.startswith("at least 6 rows")
    assert result.note == "1 rows of the window are not checked: their cursor is no date, and a policy replaced it"
    pipeline.target("DELETE FROM {t} WHERE id = 7")
    with pytest.raises(DataCheckFailed, match="at least 6 rows"):
        pipeline.verify("window")
