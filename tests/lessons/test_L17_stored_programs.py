"""L17: A statement that a stored program hides is a writer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from devstack.status import MySQLStatus
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_row_written_through_a_slow_function_is_read(pipeline: TablePipeline, mysql_server: MySQLStatus) -> None:
    """Two runs pass while the server shows the function's SELECT; the row's cursor is the UPDATE's start."""
    pipeline.sql("SET GLOBAL log_bin_trust_function_creators = 1")
    pipeline.sql("CREATE FUNCTION slow_read() RETURNS INT BEGIN DECLARE x INT; SELECT SLEEP(2) INTO x; RETURN 7; END")
    insert_orders(pipeline, 3)
    pipeline.sync()
    with (
        closing(connect_mysql(mysql_server, database=pipeline.spec.source.database)) as session,
        ThreadPoolExecutor(1) as threads,
    ):
        update = "UPDATE orders SET amount = slow_read(), updated_at = UTC_TIMESTAMP(6) WHERE id = 2"
        running = threads.submit(session.cursor().execute, update)
        pipeline.sql("DO SLEEP(0.5)")
        pipeline.extract_and_publish()
        pipeline.extract_and_publish()
        assert not running.done()
        running.result()
    pipeline.sql("DO SLEEP(0.1)")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
