"""Who may still commit rows from before the clock: DESIGN.md, rule 1; lessons L5a and S11."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource, clock
from mysql_redshift.adapters.mysql.clock import EARLIEST, may_write
from mysql_redshift.core.clock import ClockReading, Writer
from mysql_redshift.core.position import to_micros
from mysql_redshift.errors import MysqlRedshiftError
from tests.stack.mysql.conftest import Connect, execute

pytestmark = pytest.mark.stack
SECOND = 1_000_000


@pytest.fixture
def table(admin: Any) -> str:
    execute(
        admin, "CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, at TIMESTAMP(6) DEFAULT NOW(6)) ENGINE=InnoDB"
    )
    execute(admin, "INSERT INTO orders () VALUES ()")
    return "orders"


def now() -> int:
    return to_micros(datetime.now(UTC))


def writers_of(source: MySQLSource, connection: Any) -> list[Writer]:
    return [writer for writer in source.clock().writers if writer.thread == connection.thread_id()]


def runs(observer: Any, connection: Any, condition: str) -> bool:
    sql = f"SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {connection.thread_id()} AND {condition}"
    return execute(observer, sql) != []


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def in_background(connection: Any, sql: str) -> threading.Thread:
    def run() -> None:
        try:
            execute(connection, sql)
        except Exception:  # the test ends the statement by closing the connection
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_the_clock_is_utc_whatever_the_servers_zone(source: MySQLSource) -> None:
    """The server's system zone is not UTC; positions are."""
    before = now()
    reading = source.clock()
    assert before - SECOND <= reading.now <= now() + SECOND
    assert reading.visible
    assert reading.server_uuid == source.clock().server_uuid != ""


def test_an_idle_transaction_with_changes_counts_from_its_start(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """Its rows hold times from before now, and come later. Its start is told in UTC though the server thinks in CET."""
    writer = connect(database=database, autocommit=False)
    started = now()
    execute(writer, f"INSERT INTO {table} () VALUES ()")
    time.sleep(1.2)
    (seen,) = writers_of(source, writer)
    assert seen.kind == "transaction"
    assert started - 2 * SECOND <= seen.started <= started + SECOND
    assert seen.user == writer.user.decode()
    writer.rollback()
    assert writers_of(source, writer) == []


def test_a_transaction_that_changed_nothing_and_runs_nothing_does_not_count(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """What it writes later gets a later time."""
    reader = connect(database=database, autocommit=False)
    execute(reader, f"SELECT * FROM {table} FOR UPDATE")
    assert writers_of(source, reader) == []


def test_a_read_only_transaction_does_not_count(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """A report that reads for hours must not hold the window back."""
    reader = connect(database=database)
    execute(reader, "START TRANSACTION READ ONLY")
    execute(reader, f"SELECT * FROM {table}")
    assert writers_of(source, reader) == []


def test_a_running_select_does_not_count(source: MySQLSource, connect: Connect, database: str) -> None:
    """It writes nothing."""
    reader = connect(database=database)
    in_background(reader, "/* report */ SELECT SLEEP(3)")
    until(lambda: runs(connect(), reader, "COMMAND = 'Query'"))
    assert writers_of(source, reader) == []


def test_an_insert_that_waits_for_a_metadata_lock_counts_from_its_start(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """Its NOW() is frozen already, and InnoDB's list of transactions does not show it (L5a)."""
    holder, altering, inserting = (
        connect(database=database, autocommit=False),
        connect(database=database),
        connect(database=database),
    )
    execute(holder, f"SELECT * FROM {table}")
    in_background(altering, f"ALTER TABLE {table} ADD COLUMN more INT")
    until(lambda: runs(connect(), altering, "STATE LIKE 'Waiting for table metadata lock'"))
    started = now()
    in_background(inserting, f"INSERT INTO {table} (at) VALUES (NOW(6))")
    time.sleep(2.1)
    (seen,) = until(lambda: writers_of(source, inserting))
    assert seen.kind == "statement"
    assert started - 2 * SECOND <= seen.started <= started + SECOND
    holder.rollback()
    until(lambda: source.query(f"SELECT COUNT(*) FROM {database}.{table}") == [(2,)])


def test_every_row_that_is_not_visible_yet_has_a_writer(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """What commits after a snapshot with an earlier time than the clock had a writer in the clock's list."""
    stop = threading.Event()

    def write() -> None:
        writer = connect(database=database, autocommit=False)
        while not stop.is_set():
            execute(writer, f"INSERT INTO {table} (at) VALUES (NOW(6))")
            writer.commit()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        late = []
        for _ in range(25):
            reading = source.clock()
            safe = min([reading.now, *(w.started for w in reading.writers)])
            sql = f"SELECT id FROM {database}.{table} WHERE at < FROM_UNIXTIME({safe} / 1000000)"
            with source.snapshot() as snapshot:
                seen = {row[0] for row in snapshot.query(sql)}
            time.sleep(0.05)
            late += [row for row in source.query(sql) if row[0] not in seen]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert late == []


def test_the_clock_asks_until_innodb_answers_afresh(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """InnoDB caches its list for a tenth of a second: each of many clocks must see what began just before it."""
    writer = connect(database=database, autocommit=False)
    for _ in range(10):
        source.clock()
        execute(writer, f"INSERT INTO {table} () VALUES ()")
        assert writers_of(source, writer) != []
        writer.rollback()


def clocks_at_once(address: MySQLAddress, number: int) -> list[ClockReading | MysqlRedshiftError]:
    """Read as many clocks, all at one moment, as the plans of a pipeline's tables do."""
    together = threading.Barrier(number)

    def read(_: int) -> ClockReading | MysqlRedshiftError:
        with closing(MySQLSource(address)) as source:
            together.wait(30)
            try:
                return source.clock()
            except MysqlRedshiftError as exc:
                return exc

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(read, range(number)))


def test_many_tables_read_the_clock_at_once(
    address: MySQLAddress, connect: Connect, database: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks InnoDB keeps its list from being renewed for the others: they would never get an answer."""
    monkeypatch.setattr(clock, "CACHE_TRIES", 6)
    writer = connect(database=database, autocommit=False)
    execute(writer, f"INSERT INTO {table} () VALUES ()")
    for number in (16, 5, 2):
        for reading in clocks_at_once(address, number):
            assert isinstance(reading, ClockReading), reading
            assert writer.thread_id() in {found.thread for found in reading.writers}


@pytest.mark.parametrize("lock", ["SELECT GET_LOCK('mysql_redshift.innodb_trx', 1)", "SELECT no_such.GET_LOCK()"])
def test_a_clock_does_without_the_lock(
    source: MySQLSource, connect: Connect, table: str, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    """One whose holder hangs, or that a server forbids, as Galera clusters may, keeps no table from being read."""
    holder = connect()
    assert execute(holder, "SELECT GET_LOCK('mysql_redshift.innodb_trx', 1)") == [(1,)]
    monkeypatch.setattr(clock, "LOCK", lock)
    assert source.clock().visible


def test_a_select_that_calls_a_stored_function_counts(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """The function may write rows with the time at which the statement began."""
    caller = connect(database=database)
    execute(connect(), "SET GLOBAL log_bin_trust_function_creators = 1")
    body = f"BEGIN DECLARE x INT; SET x = SLEEP(3); INSERT INTO {table} () VALUES (); RETURN 1; END"
    execute(caller, f"CREATE FUNCTION book_it() RETURNS INT {body}")
    in_background(caller, "SELECT book_it()")
    until(lambda: runs(connect(), caller, "COMMAND = 'Query'"))
    assert [writer.kind for writer in writers_of(source, caller)] in (["statement"], ["transaction", "statement"])


@pytest.mark.parametrize(
    ("wall_clock", "earliest"),
    [
        ("2026-10-25 01:59:59", "2026-10-24T23:59:59"),
        ("2026-10-25 02:00:00", "2026-10-25T00:00:00"),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00"),
        ("2026-10-25 03:00:00", "2026-10-25T02:00:00"),
        ("2026-03-29 03:30:00", "2026-03-29T01:30:00"),
    ],
)
def test_in_a_repeated_hour_the_earlier_moment_counts(
    mysql_server: Any, connect: Connect, wall_clock: str, earliest: str
) -> None:
    """When the clocks go back in Berlin, 02:30 is 00:30 or 01:30 in UTC: a window may only end below both."""
    assert mysql_server.system_zone == "Europe/Berlin"
    session = connect()
    execute(session, "SET time_zone = 'SYSTEM'")
    ((seconds,),) = execute(session, f"SELECT {EARLIEST.format(t=f'TIMESTAMP {wall_clock!r}')}")
    assert datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S") == earliest


def test_a_server_that_only_reads_shows_no_writers(source: MySQLSource, connect: Connect, database: str) -> None:
    """What its primary still has open cannot be seen there, so the reading does not claim that it was."""
    assert source.clock().visible
    execute(connect(), "SET GLOBAL read_only = 1")
    try:
        assert not source.clock().visible
    finally:
        execute(connect(), "SET GLOBAL read_only = 0")


def test_our_own_connections_do_not_count(source: MySQLSource, database: str, table: str) -> None:
    """A snapshot of ours that streams must not hold our own window back."""
    with source.snapshot() as snapshot:
        ((own,),) = snapshot.query("SELECT CONNECTION_ID()")
        snapshot.query(f"SELECT * FROM {database}.{table}")
        assert [w for w in source.clock().writers if w.thread == own] == []


def test_without_the_process_privilege_nothing_is_visible(
    address: MySQLAddress, connect: Connect, database: str, table: str
) -> None:
    """The reading says so, and the plan then keeps a greater distance."""
    user = f"u_{database[2:]}"
    execute(connect(), f"CREATE USER {user}@'%' IDENTIFIED BY 'secret-of-{user}'")
    execute(connect(), f"GRANT SELECT ON {database}.* TO {user}@'%'")
    limited = MySQLSource(MySQLAddress(host=address.host, port=address.port, user=user, password=f"secret-of-{user}"))
    try:
        reading = limited.clock()
    finally:
        limited.close()
        execute(connect(), f"DROP USER {user}@'%'")
    assert not reading.visible
    assert reading.writers == ()


@pytest.mark.parametrize(
    ("statement", "writes"),
    [
        ("SELECT 1", False),
        ("(SELECT 1)", False),
        ("/* a hint */ -- and a line\n select 1", False),
        ("# shell\nSHOW TABLES", False),
        ("COMMIT", False),
        ("WITH x AS (SELECT 1) SELECT * FROM x", False),
        ("WITH x AS (SELECT 1) DELETE FROM t WHERE id IN (SELECT * FROM x)", True),
        ("INSERT INTO t VALUES (1)", True),
        ("/*!50000 INSERT */ INTO t VALUES (1)", True),
        ("call fill()", True),
        ("ALTER TABLE t ADD c INT", True),
        ("", True),
    ],
)
def test_only_what_is_known_to_read_does_not_count(statement: str, writes: bool) -> None:
    """A statement that nobody can place may write."""
    assert may_write(statement) is writes
