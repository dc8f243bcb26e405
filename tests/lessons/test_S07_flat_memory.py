"""S07: Rows are streamed: the server is still sending while the first batch is processed."""

from __future__ import annotations

import time

from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.resolve_schema import resolve_schema
from tests.table_pipeline import TablePipeline

SENDING = """SELECT COUNT(*) FROM information_schema.PROCESSLIST
    WHERE COMMAND = 'Query' AND INFO LIKE '%`note`%' AND ID <> CONNECTION_ID()"""


def test_a_table_is_not_fetched_before_its_first_batch(pipeline: TablePipeline) -> None:
    """Twelve megabytes exceed the socket buffers. The demo and the benchmarks measure memory."""
    pipeline.sql("ALTER TABLE orders MODIFY note VARCHAR(1000)")
    pipeline.sql(
        "INSERT INTO orders (updated_at, note) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 1000) SELECT '2026-01-01', REPEAT('x', 1000) FROM n"
    )
    for _ in range(4):
        pipeline.sql("INSERT INTO orders (updated_at, note) SELECT updated_at, note FROM orders")
    source = pipeline.clients.source
    schema = resolve_schema(source.describe(pipeline.spec.source.database, "orders"), pipeline.spec)
    with source.snapshot() as snapshot:
        sql = source_sql.rows(pipeline.spec.source, schema, None, Chunk(index=0))
        stream = iter(snapshot.stream(sql, schema, batch_rows=100))
        assert next(stream).num_rows == 100
        time.sleep(0.2)
        assert pipeline.sql(SENDING) == [(1,)]
        assert 100 + sum(batch.num_rows for batch in stream) == 16_000
