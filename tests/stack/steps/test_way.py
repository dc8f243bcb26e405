"""One table from MySQL to Redshift: each run moves exactly the rows it should."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.request import Mode
from mysql_redshift.core.spec import CursorRef, LoadMode, Strategy
from mysql_redshift.errors import ConfigurationError, Conflict, DataCheckFailed, SourceError, TargetError
from mysql_redshift.steps import watermark
from tests.way import Way, fill


def test_a_first_run_brings_every_row(way: Way) -> None:
    """Same rows, same values, NULL and '' told apart."""
    fill(way, 100)
    way.sql("UPDATE orders SET note = NULL WHERE id = 1")
    way.sql("UPDATE orders SET note = '' WHERE id = 2")
    report = way.sync()
    assert report.rows_copied == 100
    assert way.rows() == way.source_rows()


def test_the_next_run_moves_only_what_changed(way: Way) -> None:
    """Three inserts and two updates are five rows; the ledger says which were new."""
    fill(way, 50)
    way.sync()
    fill(way, 3, first=1000, at="2026-02-01 00:00:00")
    way.sql("UPDATE orders SET amount = 9, updated_at = '2026-02-01 00:00:09' WHERE id IN (7, 8)")
    way.sql("DO SLEEP(0.01)")
    first = way.spec
    way.change(lookback=365 * 86400.0)
    report = way.sync()
    way.change(lookback=first.lookback)
    assert way.rows() == way.source_rows()
    (done,) = report.applied
    assert (done.rows_inserted, done.rows_superseded) == (3, 0)


def test_an_empty_run_leaves_redshift_asleep(way: Way) -> None:
    """Rule 7: the log gets an entry, the target is not even asked."""
    fill(way, 5)
    way.sync()
    entry = way.stage_one()
    assert (entry.kind, entry.files) == (EntryKind.EMPTY, ())
    assert way.load().redshift_skipped


class Asleep:
    """A cluster that must not be woken."""

    def session(self, label: str, *, statement_timeout: float | None = None) -> Any:
        raise AssertionError(f"Redshift was woken by {label}")


def test_a_run_with_nothing_new_wakes_redshift_at_no_step(way: Way) -> None:
    """Neither plan's check of the target, nor load, nor verify; a run with rows does wake it."""
    fill(way, 5)
    way.sync()
    way.nightly(Asleep())
    assert watermark.read(way.spec, way.clients.store).verified_through == way.plan().position_from
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    way.sql("DO SLEEP(0.01)")
    with pytest.raises(AssertionError, match="woken"):
        way.nightly(Asleep())


def test_pending_work_is_loaded_by_a_run_with_nothing_to_extract(way: Way) -> None:
    """S10: backup-only left rows pending; the next run extracts none and loads them."""
    fill(way, 5)
    way.stage_one(mode=Mode.BACKUP_ONLY)
    way.stage_one()
    report = way.load()
    assert [done.rows_copied for done in report.applied] == [5, 0]
    way.verify()
    assert way.rows() == way.source_rows()


def test_loading_twice_changes_nothing(way: Way) -> None:
    """D1: the ledger moves with the rows."""
    fill(way, 5)
    way.stage_one()
    way.load()
    before = way.rows()
    assert way.load().applied == ()
    assert way.rows() == before


def test_a_row_limit_stops_between_ties_and_goes_on(way: Way) -> None:
    """L4: 1,000 rows of one timestamp, 300 at a time: none lost, none twice."""
    values = ", ".join(f"({i}, '2026-01-01', {i}, 'x')" for i in range(1, 1001))
    way.sql(f"INSERT INTO orders (id, updated_at, amount, note) VALUES {values}")
    assert [way.sync(limit=300).rows_copied for _ in range(4)] == [300, 300, 300, 100]
    assert way.rows() == way.source_rows()


@pytest.mark.parametrize("rows", [0, 1, 10, 1001])
def test_intra_table_chunks_add_up(way: Way, rows: int) -> None:
    """Several chunks, one log entry, every row once."""
    way.change(strategy=Strategy.INTRA_TABLE, chunk_rows=100)
    if rows:
        fill(way, rows)
    planned = way.plan()
    assert len(planned.chunks) == max(1, -(-rows // 100))
    way.publish(planned, way.extract(planned))
    way.load()
    way.verify()
    assert (way.rows() if rows else []) == way.source_rows()


def test_a_backlog_is_cut_and_the_next_run_goes_on(way: Way) -> None:
    """The position stops where the read chunks stop."""
    way.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10, max_chunks=2)
    fill(way, 55)
    moved = []
    for _ in range(10):
        moved.append(way.sync().rows_copied)
        if moved[-1] == 0:
            break
    assert sum(moved) == 55
    assert max(moved) < 55
    assert way.rows() == way.source_rows()


def test_a_full_refresh_replaces_everything(way: Way) -> None:
    """Rows deleted at the source are gone afterwards."""
    fill(way, 20)
    way.sync()
    way.sql("DELETE FROM orders WHERE id <= 5")
    way.sync(full_refresh=True)
    assert way.rows() == way.source_rows()


def test_a_repair_reads_a_window_again_and_moves_nothing(way: Way) -> None:
    """A row that was damaged in the target comes back; the watermark stays."""
    fill(way, 20)
    way.sync()
    before = watermark.read(way.spec, way.clients.store).position
    way.target("UPDATE {t} SET note = 'damaged' WHERE id = 3")
    way.sync(since="2026-01-01T00:00:02Z", until="2026-01-01T00:00:03Z", move_watermark=False)
    assert way.rows() == way.source_rows()
    assert watermark.read(way.spec, way.clients.store).position == before


def test_reset_loads_everything_again_and_doubles_nothing(way: Way) -> None:
    """D5."""
    fill(way, 20)
    way.sync()
    watermark.reset(way.spec, store=way.clients.store, actor="test")
    assert way.sync().rows_copied == 20
    assert way.rows() == way.source_rows()


def test_set_reads_from_the_given_moment(way: Way) -> None:
    """`set --timestamp T`: T itself is read again."""
    fill(way, 20)
    way.sync()
    watermark.set_position(
        way.spec,
        store=way.clients.store,
        source=way.clients.source,
        text="2026-01-01T00:00:15Z",
        field="timestamp",
        actor="test",
    )
    assert way.sync().rows_copied == 5
    assert way.rows() == way.source_rows()


def test_an_append_table_goes_by_id(way: Way) -> None:
    """Every row once, the watermark is an id."""
    way.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    fill(way, 10)
    way.sync()
    fill(way, 7, first=11)
    assert way.sync().rows_copied == 7
    assert way.rows() == way.source_rows()
    assert watermark.read(way.spec, way.clients.store).last_processed_id == 17


def test_an_append_that_overlaps_deletes_its_window_first(way: Way) -> None:
    """Rule 3: after a reset the append reads all again, and doubles nothing."""
    way.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    fill(way, 10)
    way.sync()
    watermark.reset(way.spec, store=way.clients.store, actor="test")
    way.sync()
    assert way.rows() == way.source_rows()


def test_a_table_without_cursor_is_replaced_whole(way: Way) -> None:
    """Also by a source that became smaller."""
    way.change(cursor=None)
    fill(way, 10)
    way.sync()
    way.sql("DELETE FROM orders WHERE id > 4")
    way.sync()
    assert way.rows() == way.source_rows()


def test_an_empty_source_does_not_empty_the_target(way: Way) -> None:
    """L12, rule 4: it needs explicit permission."""
    way.change(cursor=None)
    fill(way, 10)
    way.sync()
    before = way.rows()
    way.sql("DELETE FROM orders")
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        way.sync()
    assert way.rows() == before
    way.change(allow_empty_replace=True)
    way.sync()
    assert way.rows() == []


def test_null_cursors_fail_the_plan_or_are_loaded(way: Way) -> None:
    """L7: counted and named, or loaded with every run."""
    fill(way, 3)
    way.sql("INSERT INTO orders (id, updated_at) VALUES (100, NULL), (101, NULL)")
    with pytest.raises(SourceError, match="2 rows with NULL"):
        way.plan()
    way.change(cursor=CursorRef(column="updated_at", nulls="load"))
    way.sync()
    assert sorted(way.rows("id")) == sorted(way.source_rows("id"))


def test_the_slower_of_two_runs_publishes_nothing(way: Way) -> None:
    """Rule 5: the winner is named, and the loser's files are not loaded."""
    fill(way, 5)
    slow, quick = way.plan(), way.plan()
    way.publish(quick, way.extract(quick))
    with pytest.raises(Conflict, match=quick.run_key):
        way.publish(slow, way.extract(slow))
    assert way.load().rows_copied == 5


def test_publishing_twice_returns_the_same_entry(way: Way) -> None:
    """A retry of publish is no second run."""
    fill(way, 5)
    planned = way.plan()
    receipts = way.extract(planned)
    assert way.publish(planned, receipts) == way.publish(planned, receipts)


def test_a_missing_receipt_publishes_nothing(way: Way) -> None:
    """L3: a chunk that failed is not left out."""
    way.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    fill(way, 30)
    planned = way.plan()
    with pytest.raises(DataCheckFailed, match="chunks"):
        way.publish(planned, way.extract(planned)[:-1])


def test_a_file_that_vanished_publishes_nothing(way: Way) -> None:
    """Every file is looked for before the entry is made."""
    fill(way, 5)
    planned = way.plan()
    receipts = way.extract(planned)
    way.clients.store.delete([receipts[0].files[0].key])
    with pytest.raises(DataCheckFailed, match="not on S3"):
        way.publish(planned, receipts)


def test_a_table_altered_after_plan_is_not_extracted(way: Way) -> None:
    """The files would not be what the log entry says."""
    fill(way, 5)
    planned = way.plan()
    way.sql("ALTER TABLE orders ADD COLUMN extra INT")
    with pytest.raises(SourceError, match="altered"):
        way.extract(planned)


def test_an_added_column_reaches_the_target(way: Way) -> None:
    """Old rows have NULL there, new rows the value."""
    fill(way, 3)
    way.sync()
    way.sql("ALTER TABLE orders ADD COLUMN extra INT")
    way.sql("INSERT INTO orders VALUES (50, UTC_TIMESTAMP(6), 1, 'n', 7)")
    way.sql("DO SLEEP(0.01)")
    way.sync()
    assert way.target("SELECT extra FROM {t} WHERE id = 50") == [(7,)]


def test_a_target_dropped_and_made_again_is_recognised(way: Way) -> None:
    """S12: a green run over lost history does not happen; a full refresh is the way out."""
    fill(way, 5)
    way.sync()
    way.target("DROP TABLE {t}")
    way.sql("INSERT INTO orders VALUES (50, UTC_TIMESTAMP(6), 1, 'n')")
    way.sql("DO SLEEP(0.01)")
    with pytest.raises(TargetError, match="full_refresh"):
        way.sync()
    way.sync(full_refresh=True)
    assert way.rows() == way.source_rows()


def test_a_limit_without_a_cursor_is_refused(way: Way) -> None:
    """A replaced table would lose its other rows."""
    way.change(cursor=None)
    with pytest.raises(ConfigurationError, match="limit needs a cursor"):
        way.plan(limit=3)
