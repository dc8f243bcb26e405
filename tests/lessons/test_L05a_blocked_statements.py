"""L05a: A blocked statement whose NOW() is already fixed holds the window back."""

from __future__ import annotations

import threading
import time

from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_insert_blocked_by_a_metadata_lock_is_read_by_the_next_run(pipeline: TablePipeline, writer: Writer) -> None:
    """Its NOW() is before the end of the window, and the list of transactions does not contain it."""
    insert_orders(pipeline, 5)
    with writer() as holder, writer() as waiting:
        holder("LOCK TABLES orders READ")
        insert = threading.Thread(
            target=waiting, args=("INSERT INTO orders (updated_at, amount) VALUES (NOW(6), 7)",), daemon=True
        )
        insert.start()
        while not pipeline.sql("SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table%'"):
            time.sleep(0.02)
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
        holder("UNLOCK TABLES")
        insert.join(30)
        waiting("COMMIT")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
