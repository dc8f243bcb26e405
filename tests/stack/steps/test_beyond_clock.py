"""Rows beyond the source's clock: who says so, what a count costs, and when a cursor is refused."""

from __future__ import annotations

import re

import pytest

from mysql_redshift.core import beyond_clock
from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.operators import log_records
from mysql_redshift.steps import watermark
from mysql_redshift.steps.planning import beyond_clock as counting
from mysql_redshift.steps.state import watermark_cache
from tests.table_pipeline import TablePipeline, insert_orders

FAR = "9999-12-31 00:00:00"
NOTE = "2 rows have a cursor beyond the source's clock; they are not read until the clock reaches them"


@pytest.fixture
def split(pipeline: TablePipeline) -> TablePipeline:
    """Five rows below the clock, two beyond it."""
    insert_orders(pipeline, 5)
    insert_orders(pipeline, 2, at=FAR, first=6)
    return pipeline


def test_every_report_says_how_many_rows_lie_beyond_the_clock(split: TablePipeline) -> None:
    """Plan, task log, log entry, watermark.json and verification."""
    planned = split.plan()
    assert f"note: {NOTE}" in log_records.planned(planned)
    entry = split.extract_and_publish()
    split.load()
    assert (entry.rows, entry.rows_beyond_clock) == (5, 2)
    assert watermark_cache.read(split.spec, split.clients.store).mysql_rows_beyond_clock == 2
    notes = {result.check.value: result.note for result in split.verify("custody", "bounds", "keys").results}
    assert NOTE in notes["bounds"]
    assert NOTE in notes["keys"]


def test_nothing_is_said_once_the_rows_are_read(split: TablePipeline) -> None:
    """No row lies beyond the clock any more; so after a full read, which reads every row."""
    split.extract_and_publish()
    split.sync(full_refresh=True)
    assert "beyond" not in str(split.verify("bounds", "keys").results)
    split.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id > 5")
    split.sql("DO SLEEP(0.01)")
    split.sync()
    assert split.rows() == split.source_rows()
    assert watermark_cache.read(split.spec, split.clients.store).mysql_rows_beyond_clock == 0


def test_without_an_index_nothing_is_counted_and_the_plan_says_so(split: TablePipeline) -> None:
    """A count would scan the table in every run. An index that only contains the column finds nothing either."""
    split.sql("ALTER TABLE orders DROP KEY updated_at, ADD KEY (amount, updated_at)")
    planned = split.plan()
    assert "were not counted: no index begins with updated_at" in " ".join(planned.notes)
    assert planned.rows_beyond_clock is None
    split.sql("ALTER TABLE orders ADD KEY (updated_at, amount)")
    assert split.plan().rows_beyond_clock == 2


def test_a_count_is_a_bounded_range_of_the_index(split: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the cost of a run does not grow with the table."""
    counts = []
    query = split.clients.source.query

    def traced(sql: str) -> list[tuple[object, ...]]:
        if "COUNT" in sql and "counted" in sql:
            counts.append(sql)
        return query(sql)

    split.extract_and_publish()
    monkeypatch.setattr(split.clients.source, "query", traced)
    split.plan()
    assert len(counts) == 2
    for sql in counts:
        assert "LIMIT 100001" in sql
        inner = re.sub(r"^SELECT COUNT\(\*\) FROM \((.*)\) AS counted$", r"\1", sql)
        assert "range" in str(split.sql(f"EXPLAIN {inner}"))


def test_a_full_read_is_never_refused(pipeline: TablePipeline) -> None:
    """It reads every row, also those beyond the clock; the way out that the refusal names helps."""
    insert_orders(pipeline, 2)
    insert_orders(pipeline, 2, at=FAR, first=3)
    with pytest.raises(ConfigurationError, match="2 rows beyond it, 2 at or below it") as refused:
        pipeline.plan()
    assert "load: replace" in str(refused.value)
    assert "beyond" not in " ".join(pipeline.plan(full_refresh=True).notes)
    pipeline.change(load=LoadMode.REPLACE)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_wall_clock_in_another_zone_is_refused_until_the_zone_is_stated(pipeline: TablePipeline) -> None:
    """Nine hours ahead of UTC, every new row seems to lie in the future."""
    pipeline.sql("INSERT INTO orders (updated_at) VALUES (UTC_TIMESTAMP(6) + INTERVAL 9 HOUR)")
    with pytest.raises(ConfigurationError, match=r"cursor\.zone"):
        pipeline.plan()
    pipeline.change(cursor=CursorRef(column="updated_at", zone="Asia/Tokyo"))
    pipeline.sql("DO SLEEP(0.01)")
    assert pipeline.extract_and_publish().rows == 1


def test_clocks_may_differ_by_less_than_the_margin(pipeline: TablePipeline) -> None:
    """Such a row is read a minute later at most."""
    pipeline.sql("INSERT INTO orders (updated_at) VALUES (UTC_TIMESTAMP(6) + INTERVAL 30 SECOND)")
    assert pipeline.plan().rows_beyond_clock == 0


def test_ids_have_no_clock(pipeline: TablePipeline) -> None:
    """However large they are."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 2, first=2**62)
    assert pipeline.plan().rows_beyond_clock is None


@pytest.fixture
def bounded(pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> TablePipeline:
    """A pipeline whose counts stop at four rows."""
    for module in (beyond_clock, counting):
        monkeypatch.setattr(module, "COUNTED", 3)
    return pipeline


def test_a_first_run_knows_where_most_rows_lie_above_the_bound(bounded: TablePipeline) -> None:
    """It reads the rows up to the clock anyway, so it may count them all."""
    insert_orders(bounded, 7)
    insert_orders(bounded, 6, at=FAR, first=8)
    assert "more than 3 rows have a cursor beyond" in " ".join(bounded.plan().notes)
    insert_orders(bounded, 1, at=FAR, first=14)
    with pytest.raises(ConfigurationError, match="at least 7 rows beyond it, 7 at or below it"):
        bounded.plan()


def test_a_later_run_reports_if_both_counts_stop(bounded: TablePipeline) -> None:
    """Nothing tells then which side has more rows; if one count stops, it does."""
    insert_orders(bounded, 3)
    bounded.extract_and_publish()
    insert_orders(bounded, 6, at=FAR, first=4)
    with pytest.raises(ConfigurationError, match=r"more than 3 rows beyond it, 3 at or below it"):
        bounded.plan()
    insert_orders(bounded, 1, first=10)
    assert bounded.plan().rows_beyond_clock == 4


@pytest.fixture
def unix(pipeline: TablePipeline) -> TablePipeline:
    """A cursor in seconds, with an index."""
    pipeline.sql("ALTER TABLE orders ADD COLUMN at BIGINT NOT NULL DEFAULT 1767225600, ADD KEY (at)")
    pipeline.change(cursor=CursorRef(column="at", kind="unix-s"))
    return pipeline


def test_after_a_change_of_the_unit_the_remedy_helps(unix: TablePipeline) -> None:
    """The position of the old unit must be reset, and the message says so."""
    insert_orders(unix, 2)
    unix.sync()
    unix.sql("UPDATE orders SET at = at * 1000")
    with pytest.raises(ConfigurationError, match="kind: unix-ms") as refused:
        unix.plan()
    assert "watermark reset --pipeline shop --table orders; then a sync" in str(refused.value)
    unix.change(cursor=CursorRef(column="at", kind="unix-ms"))
    watermark.reset(unix.spec, store=unix.clients.store, actor="test")
    unix.sync()
    assert unix.rows("id, at") == unix.source_rows("id, at")


def test_one_row_in_another_unit_is_reported_and_not_refused(unix: TablePipeline) -> None:
    """The cursor fits the others."""
    insert_orders(unix, 3)
    unix.sql("UPDATE orders SET at = at * 1000 WHERE id = 3")
    assert "1 row has a cursor beyond" in " ".join(unix.plan().notes)


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(("declared", "actual", "factor"), [("unix-ms", "unix-s", 1), ("unix-s", "unix-ms", 1000)])
def test_values_in_another_unit_are_refused_with_the_right_one(
    unix: TablePipeline, declared: str, actual: str, factor: int, indexed: bool
) -> None:
    """Seconds taken for milliseconds lie in 1970: the first run reads them, and no later run reads a new row."""
    insert_orders(unix, 3)
    unix.sql(f"UPDATE orders SET at = at * {factor}")
    if not indexed:
        unix.sql("ALTER TABLE orders DROP KEY at")
    unix.change(cursor=CursorRef(column="at", kind=declared))
    with pytest.raises(ConfigurationError, match=rf"cursor: {{column: at, kind: {actual}}}"):
        unix.plan()
    unix.change(cursor=CursorRef(column="at", kind=actual))
    assert unix.extract_and_publish().rows == 3
