"""S08: Every number arrives with every digit."""

from __future__ import annotations

from decimal import Decimal

from tests.way import Way


def test_numbers_beyond_a_double_are_exact(way: Way) -> None:
    """2^53 + 1 and twelve digits of money."""
    way.sql(
        "INSERT INTO orders VALUES (9007199254740993, '2026-01-01', 9999999999.99, NULL), (12, '2026-01-01', 12.2, '')"
    )
    way.sync()
    assert way.rows("id, amount") == [
        (12, Decimal("12.20")),
        (9007199254740993, Decimal("9999999999.99")),
    ]
