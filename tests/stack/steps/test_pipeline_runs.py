"""Runs of one table from MySQL to Redshift: which rows each run moves, and when it fails."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.request import Mode
from mysql_redshift.core.spec import CursorRef, LoadMode, Strategy
from mysql_redshift.errors import ConfigurationError, Conflict, DataCheckFailed, SourceError, TargetError
from mysql_redshift.steps import watermark
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = pytest.mark.fast


def test_a_first_run_loads_every_row(pipeline: TablePipeline) -> None:
    """Values are equal, and NULL and the empty string stay different."""
    insert_orders(pipeline, 100)
    pipeline.sql("UPDATE orders SET note = NULL WHERE id = 1")
    pipeline.sql("UPDATE orders SET note = '' WHERE id = 2")
    report = pipeline.sync()
    assert report.rows_copied == 100
    assert pipeline.rows() == pipeline.source_rows()


def test_the_next_run_inserts_only_new_rows(pipeline: TablePipeline) -> None:
    """The ledger counts three inserted rows although the lookback reads every row again."""
    insert_orders(pipeline, 50)
    pipeline.sync()
    insert_orders(pipeline, 3, first=1000, at="2026-02-01 00:00:00")
    pipeline.sql("UPDATE orders SET amount = 9, updated_at = '2026-02-01 00:00:09' WHERE id IN (7, 8)")
    pipeline.sql("DO SLEEP(0.01)")
    first = pipeline.spec
    pipeline.change(lookback=365 * 86400.0)
    report = pipeline.sync()
    pipeline.change(lookback=first.lookback)
    assert pipeline.rows() == pipeline.source_rows()
    (applied,) = report.applied
    assert (applied.rows_inserted, applied.rows_superseded) == (3, 0)


def test_an_empty_run_skips_redshift(pipeline: TablePipeline) -> None:
    """The log gets an entry, and the load does not connect to Redshift."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    entry = pipeline.extract_and_publish()
    assert (entry.kind, entry.files) == (EntryKind.EMPTY, ())
    assert pipeline.load().redshift_skipped


class UnusableWarehouse:
    """A cluster that no step may connect to."""

    def session(self, label: str = "", *, statement_timeout: float | None = None) -> Any:
        raise AssertionError(f"{label or 'a step'} connected to Redshift")


def test_no_step_of_an_empty_run_connects_to_redshift(pipeline: TablePipeline) -> None:
    """With ``may_sleep`` neither plan nor load nor verify connects; then nothing is verified. A run with rows does."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    before = watermark.read(pipeline.spec, pipeline.clients.store)
    pipeline.change(may_sleep=True)
    pipeline.scheduled_run(UnusableWarehouse())
    after = watermark.read(pipeline.spec, pipeline.clients.store)
    assert (after.verified_through, after.log_extracted) == (before.verified_through, before.log_extracted + 1)
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    pipeline.sql("DO SLEEP(0.01)")
    with pytest.raises(AssertionError, match="connected to Redshift"):
        pipeline.scheduled_run(UnusableWarehouse())


def test_a_run_with_nothing_to_extract_loads_pending_entries(pipeline: TablePipeline) -> None:
    """S10: a backup-only run left rows pending; the next run extracts none and loads them."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish(mode=Mode.BACKUP_ONLY)
    pipeline.extract_and_publish()
    report = pipeline.load()
    assert [applied.rows_copied for applied in report.applied] == [5, 0]
    pipeline.verify()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_load_is_idempotent(pipeline: TablePipeline) -> None:
    """D01: rows and ledger are committed in one transaction."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()
    pipeline.load()
    before = pipeline.rows()
    assert pipeline.load().applied == ()
    assert pipeline.rows() == before


def test_row_limits_split_rows_with_equal_cursors(pipeline: TablePipeline) -> None:
    """L04: 1,000 rows with one timestamp, read 300 at a time: none is lost or duplicated."""
    values = ", ".join(f"({i}, '2026-01-01', {i}, 'x')" for i in range(1, 1001))
    pipeline.sql(f"INSERT INTO orders (id, updated_at, amount, note) VALUES {values}")
    assert [pipeline.sync(limit=300).rows_copied for _ in range(4)] == [300, 300, 300, 100]
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("rows", [0, 1, 10, 1001])
def test_intra_table_chunks_cover_every_row_once(pipeline: TablePipeline, rows: int) -> None:
    """Several chunks make one log entry."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=100)
    if rows:
        insert_orders(pipeline, rows)
    planned = pipeline.plan()
    assert len(planned.chunks) == max(1, -(-rows // 100))
    pipeline.publish(planned, pipeline.extract(planned))
    pipeline.load()
    pipeline.verify()
    assert (pipeline.rows() if rows else []) == pipeline.source_rows()


def test_a_backlog_is_read_by_several_runs(pipeline: TablePipeline) -> None:
    """``max_chunks`` limits a run; its position is the end of the last chunk."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10, max_chunks=2)
    insert_orders(pipeline, 55)
    rows_per_run = []
    for _ in range(10):
        rows_per_run.append(pipeline.sync().rows_copied)
        if rows_per_run[-1] == 0:
            break
    assert sum(rows_per_run) == 55
    assert max(rows_per_run) < 55
    assert pipeline.rows() == pipeline.source_rows()


def test_a_full_refresh_removes_deleted_rows(pipeline: TablePipeline) -> None:
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id <= 5")
    pipeline.sync(full_refresh=True)
    assert pipeline.rows() == pipeline.source_rows()


def test_a_repair_reads_a_window_again_and_keeps_the_position(pipeline: TablePipeline) -> None:
    """A row that was changed in the target is restored."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    before = watermark.read(pipeline.spec, pipeline.clients.store).position
    pipeline.target("UPDATE {t} SET note = 'damaged' WHERE id = 3")
    pipeline.sync(since="2026-01-01T00:00:02Z", until="2026-01-01T00:00:03Z", move_watermark=False)
    assert pipeline.rows() == pipeline.source_rows()
    assert watermark.read(pipeline.spec, pipeline.clients.store).position == before


def test_a_reset_loads_every_row_again_without_duplicates(pipeline: TablePipeline) -> None:
    """D05: a merge replaces the rows it loads again."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    assert pipeline.sync().rows_copied == 20
    assert pipeline.rows() == pipeline.source_rows()


def test_a_set_timestamp_is_read_again(pipeline: TablePipeline) -> None:
    """After ``set --timestamp T`` the next window starts at T and includes it."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    watermark.set_position(
        pipeline.spec,
        store=pipeline.clients.store,
        source=pipeline.clients.source,
        text="2026-01-01T00:00:15Z",
        field="timestamp",
        actor="test",
    )
    assert pipeline.sync().rows_copied == 5
    assert pipeline.rows() == pipeline.source_rows()


def test_an_append_table_uses_an_id_as_watermark(pipeline: TablePipeline) -> None:
    """The next run loads only rows with higher ids."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    insert_orders(pipeline, 7, first=11)
    assert pipeline.sync().rows_copied == 7
    assert pipeline.rows() == pipeline.source_rows()
    assert watermark.read(pipeline.spec, pipeline.clients.store).last_processed_id == 17


def test_an_overlapping_append_deletes_its_window_first(pipeline: TablePipeline) -> None:
    """After a reset the append reads every row again and duplicates none."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_table_without_a_cursor_is_replaced(pipeline: TablePipeline) -> None:
    """Rows deleted at the source are not in the target afterwards."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id > 4")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_an_empty_source_empties_the_target_only_with_permission(pipeline: TablePipeline) -> None:
    """L12: ``allow_empty_replace`` gives the permission."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 10)
    pipeline.sync()
    before = pipeline.rows()
    pipeline.sql("DELETE FROM orders")
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        pipeline.sync()
    assert pipeline.rows() == before
    pipeline.change(allow_empty_replace=True)
    pipeline.sync()
    assert pipeline.rows() == []


def test_rows_with_null_cursors_fail_the_plan_or_are_loaded(pipeline: TablePipeline) -> None:
    """L07: the plan counts them, or ``nulls: load`` loads them with every run."""
    insert_orders(pipeline, 3)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (100, NULL), (101, NULL)")
    with pytest.raises(SourceError, match="2 rows with NULL"):
        pipeline.plan()
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"))
    pipeline.sync()
    assert sorted(pipeline.rows("id")) == sorted(pipeline.source_rows("id"))


def test_a_run_that_publishes_second_is_refused(pipeline: TablePipeline) -> None:
    """D07: the error names the winner, and the loser's files are not loaded."""
    insert_orders(pipeline, 5)
    slow, quick = pipeline.plan(), pipeline.plan()
    pipeline.publish(quick, pipeline.extract(quick))
    with pytest.raises(Conflict, match=quick.run_key):
        pipeline.publish(slow, pipeline.extract(slow))
    assert pipeline.load().rows_copied == 5


def test_publish_is_idempotent(pipeline: TablePipeline) -> None:
    """A retry returns the entry that the first attempt published."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    assert pipeline.publish(planned, receipts) == pipeline.publish(planned, receipts)


def test_a_missing_receipt_fails_publish(pipeline: TablePipeline) -> None:
    """L03: a failed chunk is not skipped."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    with pytest.raises(DataCheckFailed, match="chunks"):
        pipeline.publish(planned, pipeline.extract(planned)[:-1])


def test_a_missing_file_fails_publish(pipeline: TablePipeline) -> None:
    """Publish checks that every file is on S3 before it creates the entry."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    pipeline.clients.store.delete([receipts[0].files[0].key])
    with pytest.raises(DataCheckFailed, match="differs from what was written"):
        pipeline.publish(planned, receipts)


def test_a_table_altered_after_plan_fails_extract(pipeline: TablePipeline) -> None:
    """The files would not match the schema in the log entry."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    pipeline.sql("ALTER TABLE orders ADD COLUMN extra INT")
    with pytest.raises(SourceError, match="altered"):
        pipeline.extract(planned)


def test_a_column_added_at_the_source_is_added_to_the_target(pipeline: TablePipeline) -> None:
    """New rows have its value."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders ADD COLUMN extra INT")
    pipeline.sql("INSERT INTO orders VALUES (50, UTC_TIMESTAMP(6), 1, 'n', 7)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.target("SELECT extra FROM {t} WHERE id = 50") == [(7,)]


def test_a_recreated_target_is_refused_until_a_full_refresh(pipeline: TablePipeline) -> None:
    """S12: a run must not succeed over lost rows; a full refresh loads them again."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    pipeline.target("DROP TABLE {t}")
    pipeline.sql("INSERT INTO orders VALUES (50, UTC_TIMESTAMP(6), 1, 'n')")
    pipeline.sql("DO SLEEP(0.01)")
    with pytest.raises(TargetError, match="full_refresh"):
        pipeline.sync()
    pipeline.sync(full_refresh=True)
    assert pipeline.rows() == pipeline.source_rows()


def test_a_limit_without_a_cursor_is_refused(pipeline: TablePipeline) -> None:
    """Replacing a table by its first rows would delete all others."""
    pipeline.change(cursor=None)
    with pytest.raises(ConfigurationError, match="limit needs a cursor"):
        pipeline.plan(limit=3)
