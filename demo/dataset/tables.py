"""Every table of the database, largest first."""

from __future__ import annotations

from demo.dataset.books import event_log, ledger_entries, settlement_lines
from demo.dataset.people import countries, customers, merchants
from demo.dataset.schema import Sizes, Table
from demo.dataset.trade import order_items, orders, payments


def tables(sizes: Sizes) -> tuple[Table, ...]:
    """Return the tables at these sizes."""
    return (
        orders(sizes),
        order_items(sizes),
        payments(sizes),
        ledger_entries(sizes),
        event_log(sizes),
        customers(sizes),
        settlement_lines(sizes),
        merchants(sizes),
        countries(),
    )
