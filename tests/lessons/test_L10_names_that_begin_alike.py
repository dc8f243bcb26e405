"""L10: A table whose name begins like another's has state and files of its own."""

from __future__ import annotations

from dataclasses import replace

from tests.way import Way, fill


def test_orders_old_is_not_orders(way: Way) -> None:
    """Each table's rows arrive, whichever of them ran first."""
    fill(way, 20, at="2026-02-01 00:00:00")
    way.sync()
    way.sql("CREATE TABLE orders_old LIKE orders")
    way.sql("INSERT INTO orders_old (id, updated_at, amount) VALUES (1, '2026-01-01', 1), (2, '2026-01-02', 2)")
    orders = way.spec
    way.change(source=replace(orders.source, table="orders_old"), target=replace(orders.target, table="orders_old"))
    assert way.stage_one().rows == 2
