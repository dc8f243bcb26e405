"""Reading from a replica: no row is missed if the writer commits late or the replica lags."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from devstack.status import MySQLStatus, Status
from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.position import to_micros
from mysql_redshift.core.safe_point import SECOND
from mysql_redshift.core.spec import CursorRef, Deletes
from mysql_redshift.core.verification import Check
from mysql_redshift.errors import DataCheckFailed, TransientError
from mysql_redshift.hooks.clients import Clients
from mysql_redshift.steps.planning import safe_point
from tests.stack.connections import airflow_connections, connect_mysql, set_connections
from tests.stack.replication import Pair, address_of, run
from tests.table_pipeline import TablePipeline

SetSource = Callable[..., Any]
INSERT = "INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 1)"
# Of the replica's lag only that it is subtracted; tests/unit/core/test_safe_point.py has the arithmetic.
REASON = r"minus {lag} s lag, minus [1-9]\d* s replica lag; writers are not visible"
WAITING_FOR_GTID = """SELECT 1 FROM information_schema.PROCESSLIST
    WHERE ID <> CONNECTION_ID() AND (INFO LIKE '%MASTER_GTID_WAIT%' OR INFO LIKE '%WAIT_FOR_EXECUTED_GTID_SET%')"""
ROUNDS = 2
LOOKBACK = 600 * 1_000_000  # microseconds that are read again if the server changed


@pytest.fixture
def mysql_server(pair: Pair) -> MySQLStatus:
    """The pipeline's default server is the writer."""
    return pair.writer


@pytest.fixture
def read_from(pipeline: TablePipeline, pair: Pair, stack_status: Status, monkeypatch: pytest.MonkeyPatch) -> SetSource:
    """Return a function that sets the source connection: ``replica``, or ``source`` for the writer."""
    connections = airflow_connections(stack_status, pair.replica)
    set_connections(monkeypatch, {"replica": connections["source"]})

    def set_source(conn_id: str, writer: str | None = None) -> None:
        pipeline.change(source=replace(pipeline.spec.source, conn_id=conn_id, writer_conn_id=writer))
        pipeline.clients = pipeline.stack.enter_context(Clients(pipeline.spec))

    set_source("replica", "source")
    pipeline.clients.source.clock()  # waits until the replica has the table
    return set_source


@pytest.mark.parametrize("column", ["updated_at", "id"])
def test_a_row_committed_late_or_replicated_late_is_not_missed(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """An open transaction at the writer holds the window back; after its commit the run waits for the replica."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column=column, zone="UTC"))
    for _ in range(ROUNDS):
        with late_row(pipeline, pair) as commit:
            pipeline.sql(INSERT)
            held = pipeline.extract_and_publish()
            assert "thread" in held.safe_point_reason or "open" in held.safe_point_reason
            with pair.stopped(), ThreadPoolExecutor(1) as executor:
                commit()
                pipeline.sql(INSERT)
                running = executor.submit(pipeline.extract_and_publish)
                wait_until_waiting(pair, running)
                run(pair.replica, f"START {pair.word} SQL_THREAD")
                running.result()
        pipeline.load()
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.verify(*Check)
    assert len(pipeline.rows()) == 3 * ROUNDS
    assert pipeline.rows() == pipeline.source_rows()


def test_no_row_is_missed_while_writers_never_stop_and_the_replica_lags(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair
) -> None:
    """Transactions overlap and commit out of order, while the replica's applier stops and starts repeatedly."""
    pipeline.change(lag=0.3)  # seconds: a statement takes its timestamp shortly before the server lists it as running
    stop = threading.Event()
    with ThreadPoolExecutor(3) as executor:
        writers = [executor.submit(write_slowly, pair, pipeline.spec.source.database, stop) for _ in range(2)]
        applier = executor.submit(stop_applier_repeatedly, pair, stop)
        try:
            for _ in range(ROUNDS + 1):
                pipeline.sync()
        finally:
            stop.set()
        written = sum(writer.result() for writer in writers)
        applier.result()
    pipeline.sql("DO SLEEP(0.4)")
    pipeline.sync()
    pipeline.verify(*Check)
    assert len(pipeline.rows()) == written
    assert pipeline.rows() == pipeline.source_rows()


def test_without_a_writer_connection_every_run_reports_that_it_relies_on_the_lag(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair
) -> None:
    """The replica does not list transactions of its writer; a row committed late is read within the lookback."""
    read_from("replica")
    pipeline.change(lag=None, lookback=600.0)
    wait_until_idle(pair)
    assert re.search(REASON.format(lag=30), pipeline.plan().safe_point_reason)
    pipeline.change(lag=0.0)
    with late_row(pipeline, pair) as commit:
        pipeline.sql(INSERT)
        wait_below_safe_point(pipeline, pair)
        first = pipeline.extract_and_publish()
        commit()
    wait_below_safe_point(pipeline, pair)
    second = pipeline.extract_and_publish()
    for entry in (first, second):
        assert re.search(REASON.format(lag=0), entry.safe_point_reason)
    assert (first.rows, second.rows) == (1, 2)
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("column", ["updated_at", "id"])
def test_without_the_writer_stopped_replication_publishes_nothing(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair, column: str
) -> None:
    """Otherwise the position would move past rows that the replica applies later."""
    read_from("replica")
    pipeline.change(cursor=CursorRef(column=column, zone="UTC"), lag=0.0)
    pipeline.sql(INSERT)
    wait_for_replication(pipeline, pair)
    pipeline.extract_and_publish()
    with pair.stopped():
        pipeline.sql(INSERT)
        with pytest.raises(TransientError, match="Replication is stopped"):
            pipeline.plan()
    wait_for_replication(pipeline, pair)
    sync_until_loaded(pipeline, 2)


@pytest.mark.parametrize("column", ["updated_at", "id"])
def test_a_replica_whose_threads_are_stopped_is_still_a_replica(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair, column: str
) -> None:
    """No thread applies, and the server is writable; it lists no transaction of its writer all the same."""
    read_from("replica")
    pipeline.change(cursor=CursorRef(column=column, zone="UTC"), lag=0.0)
    pipeline.sql(INSERT)
    wait_for_replication(pipeline, pair)
    run(pair.replica, f"STOP {pair.word}")
    try:
        with pytest.raises(TransientError, match=r"Replication is stopped(.|\n)*RESET (SLAVE|REPLICA) ALL"):
            pipeline.plan()
    finally:
        run(pair.replica, f"START {pair.word}")
    wait_for_replication(pipeline, pair)
    sync_until_loaded(pipeline, 1)


@pytest.mark.parametrize("column", ["updated_at", "id"])
def test_without_the_writer_replica_lag_loses_no_row(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair, column: str
) -> None:
    """The row is committed at the writer but not applied yet, and older than the replica's clock minus lag."""
    read_from("replica")
    pipeline.change(cursor=CursorRef(column=column, zone="UTC"), lag=0.5)
    pipeline.sql(INSERT)
    wait_for_replication(pipeline, pair)
    pipeline.extract_and_publish()
    with late_row(pipeline, pair) as commit:
        pipeline.sql(INSERT)
        wait_for_replication(pipeline, pair)
        with pair.delayed(3600):
            commit()
            wait_until_behind(pair, 3)
            for _ in range(2):  # an id cursor uses the maximum that the run before observed
                pipeline.extract_and_publish()
                time.sleep(0.6)
    wait_for_replication(pipeline, pair)  # a replica whose threads have just started reports no lag
    sync_until_loaded(pipeline, 3)


def test_a_changed_server_uuid_adds_one_lookback(pipeline: TablePipeline, read_from: SetSource, pair: Pair) -> None:
    """An endpoint may lead to two servers in turn. A run that sees a new server_uuid reads the last minutes again."""
    lookbacks = []
    for conn_id in ("replica", "source", "source", "replica"):
        pipeline.sql(INSERT)
        wait_below_safe_point(pipeline, pair)
        read_from(conn_id)
        entry = pipeline.extract_and_publish()
        assert entry.window is not None
        if entry.window.lower is not None and entry.position_from is not None:
            lookbacks.append(entry.position_from.value - entry.window.lower.value)
    assert lookbacks == [LOOKBACK, 0, LOOKBACK]
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_replica_without_its_writer_reconciles_nothing(
    pipeline: TablePipeline, read_from: SetSource, pair: Pair
) -> None:
    """Its endpoint may lead to a server that lags behind another one: rows that it lacks are not deleted rows."""
    pipeline.sql(INSERT)
    pipeline.sql(INSERT)
    pipeline.change(deletes=Deletes.RECONCILE)
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id = 1")
    read_from("replica")
    wait_for_replication(pipeline, pair)
    (result,) = pipeline.verify("keys").results
    assert "the source is a replica" in result.note
    assert len(pipeline.rows()) == 2
    read_from("replica", "source")
    pipeline.verify("keys")
    assert pipeline.rows() == pipeline.source_rows()


def test_a_verification_waits_for_a_lagging_replica(pipeline: TablePipeline, read_from: SetSource, pair: Pair) -> None:
    """The replica may not yet have rows that were read from the writer and loaded."""
    pipeline.sql(INSERT)
    pipeline.sql("DO SLEEP(0.01)")
    wait_for_replication(pipeline, pair)
    read_from("source")
    with pair.stopped(), ThreadPoolExecutor(1) as executor:
        pipeline.sql(INSERT)
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
        pipeline.load()
        pipeline.target("DELETE FROM {t} WHERE id = 2")
        read_from("replica", "source")
        running = executor.submit(pipeline.verify, "bounds", "window")
        wait_until_waiting(pair, running)
        run(pair.replica, f"START {pair.word} SQL_THREAD")
        with pytest.raises(DataCheckFailed, match="bounds, window"):
            running.result()


@contextmanager
def late_row(pipeline: TablePipeline, pair: Pair) -> Iterator[Callable[[], None]]:
    """Insert a row at the writer without committing it; yield the function that commits."""
    with closing(connect_mysql(pair.writer, database=pipeline.spec.source.database, autocommit=False)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(INSERT)
        yield connection.commit


def wait_until_waiting(pair: Pair, running: Future[Any]) -> None:
    """Return when the run waits for the replica; fail if it finishes without waiting."""
    while not run(pair.replica, WAITING_FOR_GTID):
        assert not running.done(), running.result()
        time.sleep(0.02)


def wait_for_replication(pipeline: TablePipeline, pair: Pair) -> None:
    """Wait until the replica has as many rows as the writer."""
    count = f"SELECT COUNT(*) FROM {pipeline.spec.source.database}.orders"
    while run(pair.replica, count) != run(pair.writer, count):
        time.sleep(0.02)


def wait_below_safe_point(pipeline: TablePipeline, pair: Pair) -> None:
    """Wait until the replica has applied every row of its writer, and its safe point without a lag is above them.

    It stays above them if the replica then reports a lag of one or two seconds for a moment, as idle ones do.
    """
    wait_for_replication(pipeline, pair)
    ((latest,),) = run(pair.writer, f"SELECT MAX(updated_at) FROM {pipeline.spec.source.database}.orders")
    newest = to_micros(latest.replace(tzinfo=UTC))
    while wait_until_idle(pair).now - 3 * SECOND <= newest:
        time.sleep(0.05)


def wait_until_idle(pair: Pair) -> ClockReading:
    """Wait until the replica reports no lag; return its clock."""
    with closing(MySQLSource(address_of(pair.replica))) as replica:
        while (reading := replica.clock()).seconds_behind != 1:
            time.sleep(0.05)
        return reading


def wait_until_behind(pair: Pair, seconds: int) -> None:
    """Wait until the replica reports a lag of ``seconds``."""
    deadline = time.monotonic() + 30
    with closing(MySQLSource(address_of(pair.replica))) as replica:
        while (replica.clock().seconds_behind or 0) < seconds:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def sync_until_loaded(pipeline: TablePipeline, rows: int) -> None:
    """Run until the target has ``rows`` rows. A row below a window that was already read never arrives."""
    deadline = time.monotonic() + 30
    loaded = 0
    while loaded < rows:
        assert time.monotonic() < deadline
        pipeline.extract_and_publish()
        loaded += pipeline.load().rows_copied
    assert pipeline.rows() == pipeline.source_rows()


def write_slowly(pair: Pair, database: str, stop: threading.Event) -> int:
    """Write two rows per transaction until ``stop`` is set; return the number of committed rows.

    Some transactions are open for longer than the lag.
    """
    rows = 0
    with closing(connect_mysql(pair.writer, database=database, autocommit=False)) as connection:
        while not stop.is_set():
            with connection.cursor() as cursor:
                cursor.execute(INSERT)
                time.sleep(random.uniform(0, 0.6))
                cursor.execute(INSERT)
            connection.commit()
            rows += 2
    return rows


def stop_applier_repeatedly(pair: Pair, stop: threading.Event) -> None:
    """Stop the replica's applier for short periods until ``stop`` is set."""
    while not stop.wait(0.1):
        with pair.stopped():
            time.sleep(random.uniform(0.4, 0.8))
