"""L05a: A statement that waits with its clock already frozen holds the window back."""

from __future__ import annotations

import threading
import time

from tests.lessons.conftest import Writer
from tests.way import Way, fill


def test_an_insert_that_waits_for_a_metadata_lock_is_read_by_the_next_run(way: Way, writer: Writer) -> None:
    """Its NOW() is older than the window's end, and no transaction list shows it."""
    fill(way, 5)
    with writer() as holder, writer() as waiting:
        holder("LOCK TABLES orders READ")
        insert = threading.Thread(
            target=waiting, args=("INSERT INTO orders (updated_at, amount) VALUES (NOW(6), 7)",), daemon=True
        )
        insert.start()
        while not way.sql("SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table%'"):
            time.sleep(0.02)
        way.sql("DO SLEEP(0.01)")
        way.stage_one()
        holder("UNLOCK TABLES")
        insert.join(30)
        waiting("COMMIT")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    way.load()
    assert way.rows() == way.source_rows()
