"""A stored program hides the statement that writes; its row is still read (lesson L17)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from devstack.status import MySQLStatus
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline, insert_orders

NOW = "UTC_TIMESTAMP(6)"
PAUSE = "SELECT SLEEP(1.5) INTO pause"
PROGRAMS = {
    "slow_read": f"FUNCTION slow_read() RETURNS INT BEGIN DECLARE pause INT; {PAUSE}; RETURN pause; END",
    "slow_insert": "FUNCTION slow_insert() RETURNS INT "
    f"BEGIN DECLARE pause INT; {PAUSE}; INSERT INTO orders (updated_at, amount) VALUES ({NOW}, 1); RETURN pause; END",
    "slow_call": "PROCEDURE slow_call() BEGIN DECLARE pause INT; "
    f"DECLARE stamp DATETIME(6) DEFAULT {NOW}; {PAUSE}; INSERT INTO orders (updated_at, amount) VALUES (stamp, 1); END",
}
INSERT = f"INSERT INTO orders (updated_at, amount) VALUES ({NOW}, 1)"
# What runs before, and the statement that writes.
WRITES = [
    pytest.param("DO 0", f"UPDATE orders SET amount = slow_read(), updated_at = {NOW} WHERE id = 1", id="update"),
    pytest.param(
        "CREATE TRIGGER wait BEFORE INSERT ON orders FOR EACH ROW SET NEW.amount = slow_read()", INSERT, id="trigger"
    ),
    pytest.param("DO 0", f"INSERT INTO orders (updated_at, amount) SELECT {NOW}, slow_read()", id="insert select"),
    pytest.param("DO 0", "CALL slow_call()", id="call"),
    pytest.param("DO 0", "SELECT slow_insert()", id="select"),
    pytest.param("CREATE VIEW harmless AS SELECT slow_insert() AS v", "SELECT * FROM harmless", id="view"),
    pytest.param("CREATE TABLE one AS SELECT 1 AS x", "SELECT slow_insert() FROM one", id="select from a table"),
    pytest.param("DO 0", "SET @x = slow_insert()", id="set"),
]


@pytest.fixture
def programs(pipeline: TablePipeline) -> None:
    """The stored programs, and five rows."""
    pipeline.sql("SET GLOBAL log_bin_trust_function_creators = 1")
    for definition in PROGRAMS.values():
        pipeline.sql(f"CREATE {definition}")
    insert_orders(pipeline, 5)
    pipeline.plan()  # the first one connects; later ones end while the statement runs


def extract_while_it_runs(pipeline: TablePipeline, server: MySQLStatus, statement: str) -> str:
    """Start the statement in another session, publish a run, and return the reason of its safe point."""
    with (
        closing(connect_mysql(server, database=pipeline.spec.source.database)) as session,
        ThreadPoolExecutor(1) as threads,
    ):
        running = threads.submit(session.cursor().execute, statement)
        pipeline.sql("DO SLEEP(0.5)")
        reason = pipeline.extract_and_publish().safe_point_reason
        running.result()
    return reason


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(("before", "statement"), WRITES)
def test_a_write_inside_a_stored_program_is_read_by_the_next_run(
    pipeline: TablePipeline, mysql_server: MySQLStatus, before: str, statement: str
) -> None:
    """The process list shows the program's SELECT; the cursor has the time at which the outer statement began."""
    pipeline.sql(before)
    reason = extract_while_it_runs(pipeline, mysql_server, statement)
    pipeline.sql("DO SLEEP(0.1)")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
    assert re.match(r"statement( \([A-Z]+\))? of thread", reason)
