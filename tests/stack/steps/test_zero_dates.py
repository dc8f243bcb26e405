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
    pipeline.change(cursor=CursorRef(column="updated_at", nulls=nulls), load=load)
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
    pipeline.change(cursor=CursorRef(column="updated_at", nulls="load"), load=LoadMode.APPEND)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (4, NULL)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.sync()
    assert pipeline.rows("id") == [(1,), (2,), (3,), (4,)]


def test_zero_dates_beside_null_cursors_are_refused_without_a_key(pipeline: TablePipeline) -> None:
    """They cannot be distinguished in the target; the plan names the column and the remedies."""
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NULL, DROP PRIMARY KEY")
    pipeline.sql("INSERT INTO orders (id, updated_at) VALUES (1, '0000-00-00'), (2, NULL)")
    pipeline.change(cursor=CursorRef(column="updated_at", nulls="load"), load=LoadMode.APPEND)
    with pytest.raises(SourceError, match=r"(?s)updated_at.*1 rows with a zero date.*Declare a key"):
        pipeline.plan()
    pipeline.change(policies={"zero_date": "1970-01-01"})
    pipeline.sync()
    pipeline.sync()
    assert pipeline.rows("id") == [(1,), (2,)]
