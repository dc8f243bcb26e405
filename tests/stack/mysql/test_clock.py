"""Writers that may still commit rows from before the clock reading (lessons L05a and S11)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource, clock
from mysql_redshift.core.clock import ClockReading, Writer
from mysql_redshift.core.position import to_micros
from mysql_redshift.core.sql import clock as clock_sql
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


def is_running(observer: Any, connection: Any, condition: str) -> bool:
    sql = f"SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {connection.thread_id()} AND {condition}"
    return execute(observer, sql) != []


def wait_until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"the condition was not met within {seconds} s")


def in_background(connection: Any, sql: str) -> threading.Thread:
    def run() -> None:
        try:
            execute(connection, sql)
        except Exception:  # the test kills the connection, and with it the statement
            return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_the_clock_is_in_utc_in_every_server_zone(source: MySQLSource) -> None:
    """Positions are in UTC; the server's system zone is not."""
    before = now()
    reading = source.clock()
    assert before - SECOND <= reading.now <= now() + SECOND
    assert reading.visible
    assert reading.server_uuid == source.clock().server_uuid != ""


def test_an_idle_transaction_with_changes_is_a_writer_since_its_start(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """It commits later, with rows from before now. Its start is reported in UTC although the server's zone is CET."""
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


def test_an_idle_transaction_without_changes_is_not_a_writer(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """Rows that it writes later get a later time."""
    reader = connect(database=database, autocommit=False)
    execute(reader, f"SELECT * FROM {table} FOR UPDATE")
    assert writers_of(source, reader) == []


def test_a_read_only_transaction_is_not_a_writer(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """A report that runs for hours must not hold the window back."""
    reader = connect(database=database)
    execute(reader, "START TRANSACTION READ ONLY")
    execute(reader, f"SELECT * FROM {table}")
    assert writers_of(source, reader) == []


def test_a_running_select_is_a_writer_unless_the_server_shows_that_it_is_none(
    mysql_server: MySQLStatus, source: MySQLSource, connect: Connect, database: str
) -> None:
    """Its text proves nothing: a stored program may run it. MySQL's performance schema shows what the client sent."""
    reader = connect(database=database)
    in_background(reader, "/* report */ SELECT SLEEP(3)")
    wait_until(lambda: is_running(connect(), reader, "COMMAND = 'Query'"))
    found = source.clock()
    shown = [(writer.kind, writer.statement) for writer in found.writers if writer.thread == reader.thread_id()]
    if mysql_server.flavor == "mysql":
        assert (shown, found.hidden) == ([], "")
    else:
        assert (shown, found.hidden) == ([("statement", "SELECT")], "the performance schema is off or incomplete")
    ((user,),) = execute(connect(), "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)")
    assert [w for w in source.clock([user]).writers if w.thread == reader.thread_id()] == []


def test_a_declared_reader_that_writes_is_a_writer(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """The declaration may be wrong; a transaction that has changed rows proves it."""
    session = connect(database=database, autocommit=False)
    execute(session, f"INSERT INTO {table} () VALUES ()")
    ((user,),) = execute(connect(), "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)")
    assert [w.kind for w in source.clock([user]).writers if w.thread == session.thread_id()] == ["transaction"]


def test_an_insert_that_waits_for_a_metadata_lock_is_a_writer_since_its_start(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """Its NOW() is already fixed, but InnoDB's list of transactions does not contain it (L05a)."""
    holder, altering, inserting = (
        connect(database=database, autocommit=False),
        connect(database=database),
        connect(database=database),
    )
    execute(holder, f"SELECT * FROM {table}")
    in_background(altering, f"ALTER TABLE {table} ADD COLUMN more INT")
    wait_until(lambda: is_running(connect(), altering, "STATE LIKE 'Waiting for table metadata lock'"))
    started = now()
    in_background(inserting, f"INSERT INTO {table} (at) VALUES (NOW(6))")
    time.sleep(2.1)
    (seen,) = wait_until(lambda: writers_of(source, inserting))
    assert seen.kind == "statement"
    assert started - 2 * SECOND <= seen.started <= started + SECOND
    holder.rollback()
    wait_until(lambda: source.query(f"SELECT COUNT(*) FROM {database}.{table}") == [(2,)])


def test_every_row_that_commits_late_had_a_writer_in_the_clock_reading(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """No row with a time below the safe point appears after the snapshot."""
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


def test_the_clock_retries_until_innodbs_list_is_fresh(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """InnoDB caches its list for 0.1 s; each clock must see a transaction that started just before it."""
    writer = connect(database=database, autocommit=False)
    for _ in range(10):
        source.clock()
        execute(writer, f"INSERT INTO {table} () VALUES ()")
        assert writers_of(source, writer) != []
        writer.rollback()


def clocks_at_once(address: MySQLAddress, number: int) -> list[ClockReading | MysqlRedshiftError]:
    """Read ``number`` clocks at the same time, as the plans of a pipeline's tables do."""
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


def test_many_clocks_can_be_read_at_once(
    address: MySQLAddress, connect: Connect, database: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Concurrent queries keep InnoDB's cached list stale for each other, so without the lock none would succeed."""
    monkeypatch.setattr(clock, "CACHE_TRIES", 6)
    writer = connect(database=database, autocommit=False)
    execute(writer, f"INSERT INTO {table} () VALUES ()")
    for number in (16, 5, 2):
        for reading in clocks_at_once(address, number):
            assert isinstance(reading, ClockReading), reading
            assert writer.thread_id() in {found.thread for found in reading.writers}


@pytest.mark.parametrize("lock", ["SELECT GET_LOCK('mysql_redshift.innodb_trx', 1)", "SELECT no_such.GET_LOCK()"])
def test_the_clock_is_read_without_the_lock_if_it_is_unavailable(
    source: MySQLSource, connect: Connect, table: str, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    """A hanging lock holder, or a server without GET_LOCK (Galera), must not block a plan."""
    holder = connect()
    assert execute(holder, "SELECT GET_LOCK('mysql_redshift.innodb_trx', 1)") == [(1,)]
    monkeypatch.setattr(clock_sql, "LOCK", lock)
    assert source.clock().visible


def test_a_select_that_calls_a_stored_function_is_a_writer(
    source: MySQLSource, connect: Connect, database: str, table: str
) -> None:
    """The function may write rows with the statement's start time."""
    caller = connect(database=database)
    execute(connect(), "SET GLOBAL log_bin_trust_function_creators = 1")
    body = f"BEGIN DECLARE x INT; SET x = SLEEP(3); INSERT INTO {table} () VALUES (); RETURN 1; END"
    execute(caller, f"CREATE FUNCTION book_it() RETURNS INT {body}")
    in_background(caller, "SELECT book_it()")
    wait_until(lambda: is_running(connect(), caller, "COMMAND = 'Query'"))
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
def test_a_start_in_a_repeated_hour_means_the_earlier_instant(
    mysql_server: Any, connect: Connect, wall_clock: str, earliest: str
) -> None:
    """When Berlin's clocks go back, 02:30 is 00:30 or 01:30 in UTC; the safe point must be below both."""
    assert mysql_server.system_zone == "Europe/Berlin"
    session = connect()
    execute(session, "SET time_zone = 'SYSTEM'")
    ((seconds,),) = execute(session, f"SELECT {clock_sql.EARLIEST.format(t=f'TIMESTAMP {wall_clock!r}')}")
    assert datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S") == earliest


def test_the_reading_of_a_read_only_server_is_not_visible(source: MySQLSource, connect: Connect, database: str) -> None:
    """A read-only server may be a replica, which does not list its primary's open transactions."""
    assert source.clock().visible
    execute(connect(), "SET GLOBAL read_only = 1")
    try:
        assert not source.clock().visible
    finally:
        execute(connect(), "SET GLOBAL read_only = 0")


def test_our_own_snapshots_are_not_writers(source: MySQLSource, database: str, table: str) -> None:
    """A streaming snapshot of ours must not hold our own window back."""
    with source.snapshot() as snapshot:
        ((own,),) = snapshot.query("SELECT CONNECTION_ID()")
        snapshot.query(f"SELECT * FROM {database}.{table}")
        assert [w for w in source.clock().writers if w.thread == own] == []


def test_the_reading_without_the_process_privilege_is_not_visible(
    address: MySQLAddress, connect: Connect, database: str, table: str
) -> None:
    """The plan then keeps a larger distance from the clock."""
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
