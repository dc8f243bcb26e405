"""L21: Rows are compared with the last key as they are sorted."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline


def test_a_limit_with_an_enum_key_reads_every_row_once(pipeline: TablePipeline) -> None:
    """ENUM sorts by its number, not by its text."""
    pipeline.sql("DROP TABLE orders")
    pipeline.sql("CREATE TABLE orders (k ENUM('z', 'a', 'm', 'b') PRIMARY KEY, updated_at DATETIME(6))")
    values = ", ".join(f"('{k}', '2026-01-01')" for k in "zamb")
    pipeline.sql(f"INSERT INTO orders VALUES {values}")
    rows = [pipeline.extract_and_publish(limit=2).rows for _ in range(3)]
    assert rows == [2, 2, 0]
