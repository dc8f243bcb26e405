"""L10: Tables whose names share a prefix have separate state and separate files."""

from __future__ import annotations

from dataclasses import replace

from tests.table_pipeline import TablePipeline, insert_orders


def test_orders_old_is_not_mistaken_for_orders(pipeline: TablePipeline) -> None:
    """Its rows are read although `orders` was read first, with later cursors."""
    insert_orders(pipeline, 20, at="2026-02-01 00:00:00")
    pipeline.sync()
    pipeline.sql("CREATE TABLE orders_old LIKE orders")
    pipeline.sql("INSERT INTO orders_old (id, updated_at, amount) VALUES (1, '2026-01-01', 1), (2, '2026-01-02', 2)")
    orders = pipeline.spec
    pipeline.change(
        source=replace(orders.source, table="orders_old"), target=replace(orders.target, table="orders_old")
    )
    assert pipeline.extract_and_publish().rows == 2
