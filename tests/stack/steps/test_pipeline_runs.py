"""One table from MySQL to Redshift: each run moves exactly the rows it should."""

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


def test_a_first_run_brings_every_row(pipeline: TablePipeline) -> None:
    """Same rows, same values, NULL and '' told apart."""
    insert_orders(pipeline, 100)
    pipeline.sql("UPDATE orders SET note = NULL WHERE id = 1")
    pipeline.sql("UPDATE orders SET note = '' WHERE id = 2")
    report = pipeline.sync()
    assert report.rows_copied == 100
    assert pipeline.rows() == pipeline.source_rows()


def test_the_next_run_moves_only_what_changed(pipeline: TablePipeline) -> None:
    """Three inserts and two updates are five rows; the ledger says which were new."""
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
    (done,) = report.applied
    assert (done.rows_inserted, done.rows_superseded) == (3, 0)


def test_an_empty_run_leaves_redshift_asleep(pipeline: TablePipeline) -> None:
    """Rule 7: the log gets an entry, the target is not even asked."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    entry = pipeline.extract_and_publish()
    assert (entry.kind, entry.files) == (EntryKind.EMPTY, ())
    assert pipeline.load().redshift_skipped


class UnusableWarehouse:
    """A cluster that must not be woken."""

    def session(self, label: str, *, statement_timeout: float | None = None) -> Any:
        raise AssertionError(f"Redshift was woken by {label}")


def test_a_run_with_nothing_new_wakes_redshift_at_no_step(pipeline: TablePipeline) -> None:
    """Neither plan's check of the target, nor load, nor verify; a run with rows does wake it."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    pipeline.scheduled_run(UnusableWarehouse())
    assert watermark.read(pipeline.spec, pipeline.clients.store).verified_through == pipeline.plan().position_from
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    pipeline.sql("DO SLEEP(0.01)")
    with pytest.raises(AssertionError, match="woken"):
        pipeline.scheduled_run(UnusableWarehouse())


def test_pending_work_is_loaded_by_a_run_with_nothing_to_extract(pipeline: TablePipeline) -> None:
    """S10: backup-only left rows pending; the next run extracts none and loads them."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish(mode=Mode.BACKUP_ONLY)
    pipeline.extract_and_publish()
    report = pipeline.load()
    assert [done.rows_copied for done in report.applied] == [5, 0]
    pipeline.verify()
    assert pipeline.rows() == pipeline.source_rows()


def test_loading_twice_changes_nothing(pipeline: TablePipeline) -> None:
    """D1: the ledger moves with the rows."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()
    pipeline.load()
    before = pipeline.rows()
    assert pipeline.load().applied == ()
    assert pipeline.rows() == before


def test_a_row_limit_stops_between_ties_and_goes_on(pipeline: TablePipeline) -> None:
    """L4: 1,000 rows of one timestamp, 300 at a time: none lost, none twice."""
    values = ", ".join(f"({i}, '2026-01-01', {i}, 'x')" for i in range(1, 1001))
    pipeline.sql(f"INSERT INTO orders (id, updated_at, amount, note) VALUES {values}")
    assert [pipeline.sync(limit=300).rows_copied for _ in range(4)] == [300, 300, 300, 100]
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("rows", [0, 1, 10, 1001])
def test_intra_table_chunks_add_up(pipeline: TablePipeline, rows: int) -> None:
    """Several chunks, one log entry, every row once."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=100)
    if rows:
        insert_orders(pipeline, rows)
    planned = pipeline.plan()
    assert len(planned.chunks) == max(1, -(-rows // 100))
    pipeline.publish(planned, pipeline.extract(planned))
    pipeline.load()
    pipeline.verify()
    assert (pipeline.rows() if rows else []) == pipeline.source_rows()


def test_a_backlog_is_cut_and_the_next_run_goes_on(pipeline: TablePipeline) -> None:
    """The position stops where the read chunks stop."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10, max_chunks=2)
    insert_orders(pipeline, 55)
    moved = []
    for _ in range(10):
        moved.append(pipeline.sync().rows_copied)
        if moved[-1] == 0:
            break
    assert sum(moved) == 55
    assert max(moved) < 55
    assert pipeline.rows() == pipeline.source_rows()


def test_a_full_refresh_replaces_everything(pipeline: TablePipeline) -> None:
    """Rows deleted at the source are gone afterwards."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id <= 5")
    pipeline.sync(full_refresh=True)
    assert pipeline.rows() == pipeline.source_rows()


def test_a_repair_reads_a_window_again_and_moves_nothing(pipeline: TablePipeline) -> None:
    """A row that was damaged in the target comes back; the watermark stays."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    before = watermark.read(pipeline.spec, pipeline.clients.store).position
    pipeline.target("UPDATE {t} SET note = 'damaged' WHERE id = 3")
    pipeline.sync(since="2026-01-01T00:00:02Z", until="2026-01-01T00:00:03Z", move_watermark=False)
    assert pipeline.rows() == pipeline.source_rows()
    assert watermark.read(pipeline.spec, pipeline.clients.store).position == before


def test_reset_loads_everything_again_and_doubles_nothing(pipeline: TablePipeline) -> None:
    """D5."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    assert pipeline.sync().rows_copied == 20
    assert pipeline.rows() == pipeline.source_rows()


def test_set_reads_from_the_given_moment(pipeline: TablePipeline) -> None:
    """`set --timestamp T`: T itself is read again."""
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


def test_an_append_table_goes_by_id(pipeline: TablePipeline) -> None:
    """Every row once, the watermark is an id."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    insert_orders(pipeline, 7, first=11)
    assert pipeline.sync().rows_copied == 7
    assert pipeline.rows() == pipeline.source_rows()
    assert watermark.read(pipeline.spec, pipeline.clients.store).last_processed_id == 17


def test_an_append_that_overlaps_deletes_its_window_first(pipeline: TablePipeline) -> None:
    """Rule 3: after a reset the append reads all again, and doubles nothing."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_table_without_cursor_is_replaced_whole(pipeline: TablePipeline) -> None:
    """Also by a source that became smaller."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id > 4")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_an_empty_source_does_not_empty_the_target(pipeline: TablePipeline) -> None:
    """L12, rule 4: it needs explicit permission."""
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


def test_null_cursors_fail_the_plan_or_are_loaded(pipeline: TablePipeline) -> None:
    """L7: counted and named, or loaded with every run."""
    insert_orders(pipeline, 3)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (100, NULL), (101, NULL)")
    with pytest.raises(SourceError, match="2 rows with NULL"):
        pipeline.plan()
    pipeline.change(cursor=CursorRef(column="updated_at", nulls="load"))
    pipeline.sync()
    assert sorted(pipeline.rows("id")) == sorted(pipeline.source_rows("id"))


def test_the_slower_of_two_runs_publishes_nothing(pipeline: TablePipeline) -> None:
    """Rule 5: the winner is named, and the loser's files are not loaded."""
    insert_orders(pipeline, 5)
    slow, quick = pipeline.plan(), pipeline.plan()
    pipeline.publish(quick, pipeline.extract(quick))
    with pytest.raises(Conflict, match=quick.run_key):
        pipeline.publish(slow, pipeline.extract(slow))
    assert pipeline.load().rows_copied == 5


def test_publishing_twice_returns_the_same_entry(pipeline: TablePipeline) -> None:
    """A retry of publish is no second run."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    assert pipeline.publish(planned, receipts) == pipeline.publish(planned, receipts)


def test_a_missing_receipt_publishes_nothing(pipeline: TablePipeline) -> None:
    """L3: a chunk that failed is not left out."""
    pipeline.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    with pytest.raises(DataCheckFailed, match="chunks"):
        pipeline.publish(planned, pipeline.extract(planned)[:-1])


def test_a_file_that_vanished_publishes_nothing(pipeline: TablePipeline) -> None:
    """Every file is looked for before the entry is made."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    pipeline.clients.store.delete([receipts[0].files[0].key])
    with pytest.raises(DataCheckFailed, match="differs from what was written"):
        pipeline.publish(planned, receipts)


def test_a_table_altered_after_plan_is_not_extracted(pipeline: TablePipeline) -> None:
    """The files would not be what the log entry says."""
    insert_orders(pipeline, 5)
    planned = pipeline.plan()
    pipeline.sql("ALTER TABLE orders ADD COLUMN extra INT")
    with pytest.raises(SourceError, match="altered"):
        pipeline.extract(planned)


def test_an_added_column_reaches_the_target(pipeline: TablePipeline) -> None:
    """Old rows have NULL there, new rows the value."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders ADD COLUMN extra INT")
    pipeline.sql("INSERT INTO orders VALUES (50, UTC_TIMESTAMP(6), 1, 'n', 7)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.target("SELECT extra FROM {t} WHERE id = 50") == [(7,)]


def test_a_target_dropped_and_made_again_is_recognised(pipeline: TablePipeline) -> None:
    """S12: a green run over lost history does not happen; a full refresh is the way out."""
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
    """A replaced table would lose its other rows."""
    pipeline.change(cursor=None)
    with pytest.raises(ConfigurationError, match="limit needs a cursor"):
        pipeline.plan(limit=3)
