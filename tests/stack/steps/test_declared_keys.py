"""A primary key is declared only if it is true in Redshift, whose planner trusts it (the stand-in does so, too)."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import LayoutRef, LoadMode
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST
DISTINCT_IDS = "SELECT COUNT(*) FROM (SELECT DISTINCT {key} FROM {table}) AS keys"


@pytest.mark.parametrize("declare_key", [None, True, False])
@pytest.mark.parametrize("load", [LoadMode.APPEND, LoadMode.MERGE])
def test_an_append_target_declares_no_key(pipeline: TablePipeline, load: LoadMode, declare_key: bool | None) -> None:
    """An updated row is appended again: its key occurs twice, and a planner that trusts the key counts it twice."""
    pipeline.change(load=load, layout=LayoutRef(declare_key=declare_key))
    insert_orders(pipeline, 3)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET amount = 9, updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()
    rows = 4 if load is LoadMode.APPEND else 3
    assert len(pipeline.rows()) == rows
    trusted = declare_key is True
    assert count_distinct(pipeline, "id") == (rows if trusted else 3)


def test_texts_that_differ_in_trailing_blanks_are_no_declared_key(pipeline: TablePipeline) -> None:
    """Redshift compares 'a' and 'a ' as equal, so for its planner the key would be false."""
    pipeline.sql("DROP TABLE orders")
    pipeline.sql(
        "CREATE TABLE orders (code VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PRIMARY KEY, "
        "updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)), KEY (updated_at))"
    )
    pipeline.sql("INSERT INTO orders (code) VALUES ('a'), ('a ')")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert len(pipeline.rows()) == 2
    assert count_distinct(pipeline, "code") == 1


def count_distinct(pipeline: TablePipeline, key: str) -> int:
    """Return how many distinct keys a query of the target finds."""
    ref = pipeline.spec.target
    [(found,)] = pipeline.target(DISTINCT_IDS.format(key=key, table=f"{ref.schema}.{ref.table}"))
    return int(found)
