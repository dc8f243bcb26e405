"""L04: Rows with equal cursors at the boundary of a limited run are neither lost nor read twice."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline


def test_ten_thousand_rows_with_one_timestamp_are_read_a_thousand_at_a_time(pipeline: TablePipeline) -> None:
    """Ten runs read a thousand rows each, and the eleventh reads none."""
    pipeline.sql(
        "INSERT INTO orders (updated_at, amount) SELECT '2026-01-01', 1 FROM "
        "(WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n) AS a "
        "CROSS JOIN (SELECT 1 AS j UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 "
        "UNION SELECT 7 UNION SELECT 8 UNION SELECT 9 UNION SELECT 10) AS b"
    )
    assert [pipeline.extract_and_publish(limit=1000).rows for _ in range(11)] == [1000] * 10 + [0]
    assert pipeline.load().rows_copied == 10_000
    assert pipeline.target("SELECT COUNT(*), COUNT(DISTINCT id) FROM {t}") == [(10_000, 10_000)]
