"""Table and column names of the maximum length that MySQL allows."""

from __future__ import annotations

from dataclasses import replace

from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline

pytestmark = ON_FIRST


def test_names_of_64_characters_are_synced_and_verified(pipeline: TablePipeline) -> None:
    """The name of the ledger table contains schema and table, so it is even longer."""
    table, column = "t" * 64, "c" * 64
    pipeline.sql(f"CREATE TABLE {table} (id INT PRIMARY KEY, updated_at DATETIME(6), {column} VARCHAR(10))")
    pipeline.sql(f"INSERT INTO {table} VALUES (1, '2026-01-01', 'one'), (2, '2026-01-02', 'two')")
    pipeline.change(
        source=replace(pipeline.spec.source, table=table), target=replace(pipeline.spec.target, table=table)
    )
    pipeline.sync()
    pipeline.sql(f"UPDATE {table} SET {column} = 'three', updated_at = UTC_TIMESTAMP(6) WHERE id = 2")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows(f"id, {column}") == [(1, "one"), (2, "three")]
