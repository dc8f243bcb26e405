"""What is no failover: a maximum below the position, or another server's name, that loses no row."""

from __future__ import annotations

from mysql_redshift.core.spec import CursorRef
from mysql_redshift.steps import watermark
from tests.failover import rename_server
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_queue_whose_newest_rows_are_deleted_goes_on(pipeline: TablePipeline) -> None:
    """AUTO_INCREMENT shows that no id will be used again, whether the server changed or not."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id > 4")
    assert pipeline.plan().chunks == ()
    rename_server(pipeline)
    pipeline.extract_and_publish()
    pipeline.sql("DELETE FROM orders")
    pipeline.extract_and_publish()
    pipeline.sql("INSERT INTO orders (amount) VALUES (1)")
    assert pipeline.extract_and_publish().rows == 1


def test_a_position_set_above_the_ids_is_no_failover(pipeline: TablePipeline) -> None:
    """An operator skips ids that do not exist yet; the runs after it find nothing to read."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 3)
    pipeline.sync()
    clients = pipeline.clients
    watermark.set_position(
        pipeline.spec, store=clients.store, source=clients.source, text="1000", field="id", actor="test"
    )
    for _ in range(2):
        assert pipeline.extract_and_publish().rows == 0


def test_an_unchanged_table_is_read_again_once_after_a_failover(pipeline: TablePipeline) -> None:
    """The overlap is the last minutes only, and the log then names the new server."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 7)
    pipeline.sync()
    insert_orders(pipeline, 3, first=8)
    pipeline.sync()
    rename_server(pipeline)
    assert [pipeline.extract_and_publish().rows for _ in range(2)] == [3, 0]
