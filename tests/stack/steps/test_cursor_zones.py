"""A DATETIME is a wall clock: read in a wrong time zone, rows are late or lost. The servers' own zone is not UTC."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.steps.planning.source_check import check_source
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

UNSTATED = CursorRef(column="updated_at")
NOT_STATED = "time zone is not stated"
LOCAL = "CONVERT_TZ(UTC_TIMESTAMP(6), '+00:00', @@global.time_zone)"


def insert_at(pipeline: TablePipeline, row: int, moment: str) -> None:
    """Insert one row whose cursor is the expression ``moment``."""
    pipeline.sql(f"INSERT INTO orders (id, updated_at, amount, note) VALUES ({row}, {moment}, 1, 'row')")


@pytest.mark.parametrize(
    ("moment", "written", "zone"),
    [(LOCAL, "close to its local time", "Europe/Berlin"), ("UTC_TIMESTAMP(6)", "close to UTC", "UTC")],
    ids=["local time", "UTC"],
)
def test_a_zone_that_is_not_stated_is_refused_and_the_advised_line_reads_every_row(
    pipeline: TablePipeline, moment: str, written: str, zone: str
) -> None:
    """Taken for UTC, local times east of it lie ahead of the clock: the first run read 0 rows, and verify agreed."""
    insert_at(pipeline, 1, moment)
    pipeline.change(cursor=UNSTATED)
    with pytest.raises(ConfigurationError, match=NOT_STATED) as caught:
        pipeline.sync()
    assert written in str(caught.value)
    assert f"cursor: {{column: updated_at, zone: {zone}}}" in str(caught.value)
    pipeline.change(cursor=CursorRef(column="updated_at", zone=zone))
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows() != []


@pytest.mark.parametrize("column", ["DATETIME", "DATE"])
def test_an_empty_table_is_refused_before_its_first_row(pipeline: TablePipeline, column: str) -> None:
    """Otherwise the first rows would be lost once they come. A DATE is a wall clock, too."""
    pipeline.sql(f"ALTER TABLE orders MODIFY updated_at {column}")
    pipeline.change(cursor=UNSTATED)
    with pytest.raises(ConfigurationError, match=NOT_STATED):
        pipeline.plan()


@ON_FIRST
def test_a_watermark_of_an_unstated_zone_moves_to_the_stated_one(pipeline: TablePipeline) -> None:
    """Earlier runs took it for UTC: for UTC nothing changes, for another zone the message names the reset."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.change(cursor=UNSTATED)
    with pytest.raises(ConfigurationError, match=NOT_STATED) as caught:
        pipeline.sync()
    assert "watermark reset --pipeline shop --table orders" in str(caught.value)
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC"))
    insert_at(pipeline, 9, "UTC_TIMESTAMP(6)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_a_timestamp_needs_no_zone(pipeline: TablePipeline, zone: str | None) -> None:
    """MySQL stores an instant, whatever the zone of the writing session."""
    pipeline.sql("SET time_zone = 'SYSTEM'")
    pipeline.sql("ALTER TABLE orders MODIFY updated_at TIMESTAMP(6) NULL")
    insert_at(pipeline, 1, "NOW(6)")
    pipeline.change(cursor=CursorRef(column="updated_at", zone=zone))
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.target("SELECT id FROM {t}") == [(1,)]


def test_a_row_that_is_written_below_the_watermark_is_reported(pipeline: TablePipeline) -> None:
    """A writer in a zone west of the stated one: its rows are behind the clock, and no window contains them."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    assert "below the watermark" not in "; ".join(pipeline.plan().notes)
    insert_at(pipeline, 9, "UTC_TIMESTAMP(6) - INTERVAL 5 HOUR")
    notes = "; ".join(pipeline.plan().notes)
    assert "rows were written below the watermark since the last run, and are not read" in notes
    assert "5:00:00 behind the source's clock" in notes
    pipeline.sync(full_refresh=True)
    assert pipeline.rows() == pipeline.source_rows()
    assert "below the watermark" not in "; ".join(pipeline.plan().notes)


def test_rows_that_lookback_reads_are_not_reported(pipeline: TablePipeline) -> None:
    """They are read, so there is nothing to do."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.change(lookback=3600.0)
    insert_at(pipeline, 9, "UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE")
    assert "below the watermark" not in "; ".join(pipeline.plan().notes)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@ON_FIRST
def test_lint_asks_the_source_for_its_zone(pipeline: TablePipeline) -> None:
    """The error comes before the first run."""
    pipeline.change(cursor=UNSTATED)
    with pytest.raises(ConfigurationError, match=NOT_STATED):
        check_source(pipeline.spec, pipeline.clients.source)
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC"))
    assert check_source(pipeline.spec, pipeline.clients.source) == ()


def test_a_first_run_creates_the_target_even_without_rows(pipeline: TablePipeline) -> None:
    """Queries find an empty table, and the next run that has rows loads into the same one."""
    pipeline.sync()
    assert pipeline.rows() == []
    insert_at(pipeline, 9, "UTC_TIMESTAMP(6)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows() != []


@ON_FIRST
def test_a_target_that_an_empty_run_created_is_missed_once_it_is_dropped(pipeline: TablePipeline) -> None:
    """It is the loaded table, so a later load must not create another one in silence."""
    pipeline.sync()
    pipeline.target("DROP TABLE {t}")
    insert_at(pipeline, 9, "UTC_TIMESTAMP(6)")
    pipeline.sql("DO SLEEP(0.01)")
    with pytest.raises(Exception, match="not the one that was loaded"):
        pipeline.sync()
