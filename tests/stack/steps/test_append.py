"""An append that reads rows again replaces exactly those rows, regardless of how they were loaded before."""

from __future__ import annotations

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import CursorRef, LoadMode, Strategy
from mysql_redshift.steps import watermark
from mysql_redshift.steps.planning import safe_point
from tests.flavors import ON_LAST
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST


@pytest.fixture
def appended(pipeline: TablePipeline) -> TablePipeline:
    """A table of ten rows with an id cursor, loaded by append."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    return pipeline


def assert_equal(pipeline: TablePipeline) -> None:
    assert pipeline.rows() == pipeline.source_rows()


def test_rows_that_a_full_refresh_read_above_its_position_are_not_duplicated(
    appended: TablePipeline, mysql_server: MySQLStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L19: a full read has no upper bound; its position is the safe point below an open writer."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    with connect_mysql(mysql_server, database=appended.spec.source.database, autocommit=False) as writer:
        with writer.cursor() as cursor:
            cursor.execute("INSERT INTO orders (updated_at) VALUES (UTC_TIMESTAMP(6))")
        insert_orders(appended, 5, first=20)
        appended.sync(full_refresh=True)
        writer.commit()
    appended.sync()
    appended.sync()
    assert_equal(appended)


def test_a_full_refresh_while_no_id_is_safe_is_not_followed_by_duplicates(
    pipeline: TablePipeline, mysql_server: MySQLStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table then has no position after its first run."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    with connect_mysql(mysql_server, database=pipeline.spec.source.database, autocommit=False) as writer:
        with writer.cursor() as cursor:
            cursor.execute("INSERT INTO orders (updated_at) VALUES (UTC_TIMESTAMP(6))")
        pipeline.sync(full_refresh=True)
        writer.rollback()
    pipeline.sync()
    assert_equal(pipeline)


def test_a_table_that_gets_a_cursor_later_is_not_duplicated(pipeline: TablePipeline) -> None:
    """Until then every run read the whole table."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    pipeline.sync()
    insert_orders(pipeline, 5, first=20)
    pipeline.sync()
    assert_equal(pipeline)


def test_a_repair_after_a_full_refresh_replaces_its_window_only(appended: TablePipeline) -> None:
    """Rows above the window are not read again, so they must stay."""
    appended.sync(full_refresh=True)
    appended.sync(since="3", until="6", move_watermark=False)
    assert_equal(appended)
    insert_orders(appended, 5, first=20)
    appended.sync()
    assert_equal(appended)


def test_a_limited_run_replaces_only_what_it_read(appended: TablePipeline) -> None:
    """Three of ten loaded rows are read again; the other seven stay."""
    appended.extract_and_publish(since="1", limit=3)
    appended.load()
    assert_equal(appended)


def test_limited_runs_after_a_reset_come_to_the_end(appended: TablePipeline) -> None:
    """Each run continues after the key of the last row read, in the middle of the loaded rows."""
    watermark.reset(appended.spec, store=appended.clients.store, actor="test")
    for _ in range(4):
        appended.extract_and_publish(limit=3)
        appended.load()
        assert_equal(appended)
    insert_orders(appended, 5, first=20)
    appended.sync()
    assert_equal(appended)


def test_limited_runs_over_ties_replace_only_what_they_read(pipeline: TablePipeline) -> None:
    """Rows that share the cursor's value with the last row read may not have been read."""
    pipeline.change(load=LoadMode.APPEND)
    pipeline.sql(
        "INSERT INTO orders (id, updated_at, amount) VALUES "
        + ", ".join(f"({i}, '2026-01-01 00:00:0{i // 4}', 1)" for i in range(1, 11))
    )
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    for _ in range(6):
        pipeline.extract_and_publish(limit=2)
        pipeline.load()
        assert_equal(pipeline)
    pipeline.sync()
    assert_equal(pipeline)


def test_a_limited_run_leaves_rows_without_a_cursor_alone(pipeline: TablePipeline) -> None:
    """A limited run does not read them again."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (70, NULL), (71, NULL)")
    pipeline.sync()
    for number in range(20, 24):
        pipeline.sql(f"INSERT INTO orders (id, updated_at) VALUES ({number}, UTC_TIMESTAMP(6))")
    pipeline.sql("DO SLEEP(0.01)")
    assert pipeline.extract_and_publish(limit=2).rows == 2
    pipeline.load()
    assert {(70,), (71,)} <= set(pipeline.rows("id"))
    pipeline.sync()
    assert_equal(pipeline)


def test_a_limited_run_from_an_old_row_after_a_full_refresh_keeps_the_others(appended: TablePipeline) -> None:
    """The run also has new rows in its window, so it is no repair; its limit ends below the position."""
    appended.sync(full_refresh=True)
    insert_orders(appended, 5, first=20)
    appended.extract_and_publish(since="1", limit=3)
    appended.load()
    assert appended.rows("id") == [(number,) for number in range(1, 11)]
    appended.sync()
    assert_equal(appended)


def test_a_cut_backlog_after_a_full_refresh_replaces_only_what_was_read(pipeline: TablePipeline) -> None:
    """Without a key; the window is cut after two chunks, the position stays."""
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NOT NULL, DROP PRIMARY KEY, ADD KEY (id)")
    pipeline.change(
        cursor=CursorRef(column="id"),
        load=LoadMode.APPEND,
        strategy=Strategy.INTRA_TABLE,
        chunk_rows=3,
        max_chunks=2,
    )
    insert_orders(pipeline, 20)
    pipeline.sync(full_refresh=True)
    pipeline.sync(since="1")
    assert_equal(pipeline)


def test_a_row_beyond_the_clock_stays_after_a_full_refresh(pipeline: TablePipeline) -> None:
    """The full refresh read it; no later window does."""
    pipeline.change(load=LoadMode.APPEND)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '2026-01-01'), (2, '2099-01-01')")
    pipeline.sync(full_refresh=True)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (3, UTC_TIMESTAMP(6))")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert_equal(pipeline)


def test_a_limited_run_after_a_full_refresh_and_a_reset_keeps_the_others(appended: TablePipeline) -> None:
    """Nothing is deleted that is not read again, however the position was moved."""
    appended.sync(full_refresh=True)
    watermark.reset(appended.spec, store=appended.clients.store, actor="test")
    appended.extract_and_publish(limit=3)
    appended.load()
    assert_equal(appended)


def test_a_limit_that_is_not_reached_leaves_rows_without_a_cursor_alone(pipeline: TablePipeline) -> None:
    """A limited run reads no NULL cursors, whether it reaches its limit or not."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (70, NULL)")
    pipeline.sync()
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.extract_and_publish(limit=500)
    pipeline.load()
    assert_equal(pipeline)


def test_a_row_that_gets_a_cursor_is_not_duplicated_by_a_limited_run(pipeline: TablePipeline) -> None:
    """Its older version has NULL in the target, outside of every window."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"), load=LoadMode.APPEND)
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, UTC_TIMESTAMP(6)), (70, NULL)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 70")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish(limit=2)
    pipeline.load()
    assert_equal(pipeline)


@pytest.mark.parametrize(
    ("kind", "largest"), [("BIGINT", 2**63 - 1), ("BIGINT UNSIGNED", 2**63 - 1), ("BIGINT UNSIGNED", 2**64 - 1)]
)
@pytest.mark.parametrize("load", [LoadMode.APPEND, LoadMode.MERGE])
def test_the_largest_id_of_a_column_can_be_a_cursor(
    pipeline: TablePipeline, kind: str, largest: int, load: LoadMode
) -> None:
    """The position after it exceeds 64 bits."""
    pipeline.change(cursor=CursorRef(column="id"), load=load)
    pipeline.sql(f"ALTER TABLE orders MODIFY id {kind} NOT NULL")
    pipeline.sql(f"INSERT INTO orders (id, amount) VALUES (1, 1), ({largest}, 1)")
    pipeline.sync()
    pipeline.sync()
    assert_equal(pipeline)
    pipeline.sync(full_refresh=True)
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.sync()
    assert_equal(pipeline)
