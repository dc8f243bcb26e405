"""A zero date in the cursor column is a value, not a NULL."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.errors import SourceError
from tests.table_pipeline import TablePipeline


@pytest.mark.parametrize("nulls", ["fail", "load"])
@pytest.mark.parametrize("load", [LoadMode.MERGE, LoadMode.APPEND])
def test_zero_dates_in_a_not_null_cursor_are_read_once(pipeline: TablePipeline, nulls: str, load: LoadMode) -> None:
    """L23: MySQL matches them with IS NULL there; they belong to the window without a lower bound."""
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("ALTER TABLE orders MODIFY updated_at DATETIME(6) NOT NULL")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '0000-00-00'), (2, UTC_TIMESTAMP(6))")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls=nulls), load=load)
    assert pipeline.sync().rows_copied == 2
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (3, UTC_TIMESTAMP(6))")
    pipeline.sql("DO SLEEP(0.01)")
    assert pipeline.sync().rows_copied == 1
    assert pipeline.rows("id") == [(1,), (2,), (3,)]


def test_zero_dates_beside_null_cursors_survive_an_append(pipeline: TablePipeline) -> None:
    """L23: both are NULL in the target, and only the rows with NULL at the source are read again."""
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '0000-00-00'), (2, NULL), (3, UTC_TIMESTAMP(6))")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"), load=LoadMode.APPEND)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (4, NULL)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.sync()
    assert pipeline.rows("id") == [(1,), (2,), (3,), (4,)]


@pytest.mark.parametrize("policy", ["null", "1970-01-01"])
def test_a_zero_date_that_finds_rows_is_refused_without_a_key(pipeline: TablePipeline, policy: str) -> None:
    """An append would look for the rows that it reads again by a value that the target does not hold."""
    pipeline.sql("SET sql_mode = 'ALLOW_INVALID_DATES'")
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NULL, DROP PRIMARY KEY")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '2026-02-31'), (2, '2026-01-01')")
    pipeline.change(load=LoadMode.APPEND, policies={"zero_date": policy})
    with pytest.raises(SourceError, match="updated_at"):
        pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = '2026-02-28' WHERE id = 1")
    pipeline.sync()
    assert pipeline.rows("id") == [(1,), (2,)]


def test_an_invalid_date_is_replaced_by_its_key_when_it_is_read_again(pipeline: TablePipeline) -> None:
    """In the target it is NULL, outside of every window."""
    pipeline.sql("SET sql_mode = 'ALLOW_INVALID_DATES'")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '2026-02-31'), (2, '2026-03-01')")
    pipeline.change(load=LoadMode.APPEND)
    pipeline.sync()
    pipeline.extract_and_publish(since="2026-02-01", until="2026-03-15", move_watermark=False)
    assert pipeline.load().rows_copied == 2
    assert pipeline.rows("id") == [(1,), (2,)]
