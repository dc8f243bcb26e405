"""S08: Every number arrives with all its digits."""

from __future__ import annotations

from decimal import Decimal

from tests.table_pipeline import TablePipeline


def test_numbers_beyond_double_precision_are_exact(pipeline: TablePipeline) -> None:
    """2^53 + 1, and an amount of twelve digits."""
    pipeline.sql(
        "INSERT INTO orders VALUES (9007199254740993, '2026-01-01', 9999999999.99, NULL), (12, '2026-01-01', 12.2, '')"
    )
    pipeline.sync()
    assert pipeline.rows("id, amount") == [
        (12, Decimal("12.20")),
        (9007199254740993, Decimal("9999999999.99")),
    ]
