"""A position is a value of one cursor. With another cursor it is refused until it was reset."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode, Strategy
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.steps import watermark
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST


@pytest.fixture
def by_wall_clock(pipeline: TablePipeline) -> TablePipeline:
    """A synced table whose cursor is a DATETIME in UTC."""
    pipeline.sql("ALTER TABLE orders MODIFY updated_at DATETIME(6) NOT NULL")
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC"))
    insert_orders(pipeline, 5)
    pipeline.sync()
    return pipeline


def test_another_zone_of_the_cursor_is_refused(by_wall_clock: TablePipeline) -> None:
    """The same wall clock is another instant: rows between the two would never be read."""
    by_wall_clock.change(cursor=CursorRef(column="updated_at", zone="America/New_York"))
    with pytest.raises(ConfigurationError, match="cursor changed"):
        by_wall_clock.plan()


def test_a_cursor_column_whose_type_means_another_instant_is_refused(by_wall_clock: TablePipeline) -> None:
    """A DATETIME is a wall clock in a declared zone, a TIMESTAMP an instant."""
    by_wall_clock.sql("ALTER TABLE orders MODIFY updated_at TIMESTAMP(6) NOT NULL")
    with pytest.raises(ConfigurationError, match="cursor changed"):
        by_wall_clock.plan()


def test_another_unit_of_the_cursor_is_refused(pipeline: TablePipeline) -> None:
    """One number is another time in milliseconds than in seconds."""
    pipeline.sql("ALTER TABLE orders ADD COLUMN at BIGINT NOT NULL DEFAULT 1000")
    insert_orders(pipeline, 5)
    pipeline.change(cursor=CursorRef(column="at", kind="unix-s"))
    pipeline.sync()
    pipeline.change(cursor=CursorRef(column="at", kind="unix-ms"))
    with pytest.raises(ConfigurationError, match="cursor changed"):
        pipeline.plan()


def test_a_cursor_spelled_in_another_case_or_with_a_finer_precision_is_the_same(by_wall_clock: TablePipeline) -> None:
    """MySQL ignores the case of column names, and the precision changes no instant."""
    by_wall_clock.change(cursor=CursorRef(column="Updated_At", zone="UTC"))
    by_wall_clock.sync()
    by_wall_clock.sync()
    assert by_wall_clock.rows() == by_wall_clock.source_rows()


def test_an_append_with_another_cursor_after_a_reset_neither_loses_nor_duplicates(pipeline: TablePipeline) -> None:
    """Times and ids cannot be compared, so the next runs replace whatever they read again. A backlog is cut."""
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.change(
        cursor=CursorRef(column="updated_at", zone="UTC"), strategy=Strategy.INTRA_TABLE, chunk_rows=2, max_chunks=2
    )
    with pytest.raises(ConfigurationError, match="cursor changed"):
        watermark.set_position(
            pipeline.spec,
            store=pipeline.clients.store,
            source=pipeline.clients.source,
            text="2026-01-01T00:00:00Z",
            field="timestamp",
            actor="test",
        )
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    for _ in range(6):
        pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
