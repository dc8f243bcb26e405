"""Reading a replica: no row is missed while its writer commits late and the replica lags (rule 1; L5c)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from devstack.status import MySQLStatus, Status
from mysql_redshift.core.spec import CursorRef, Deletes
from mysql_redshift.core.verification import Check
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.hooks.clients import Clients
from mysql_redshift.steps.planning import safe_point
from tests.stack.connections import airflow_connections, connect_mysql, set_connections
from tests.stack.replication import Pair, run
from tests.table_pipeline import TablePipeline

Run = Callable[..., Any]
INSERT = "INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 1)"
WAITING = """SELECT 1 FROM information_schema.PROCESSLIST
    WHERE ID <> CONNECTION_ID() AND (INFO LIKE '%MASTER_GTID_WAIT%' OR INFO LIKE '%WAIT_FOR_EXECUTED_GTID_SET%')"""
ROUNDS = 2
LOOKBACK = 600 * 1_000_000  # microseconds; what is read again where the server changed


@pytest.fixture
def mysql_server(pair: Pair) -> MySQLStatus:
    """The way's own server is the writer."""
    return pair.writer


@pytest.fixture
def read(pipeline: TablePipeline, pair: Pair, stack_status: Status, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Let the way read from the connection it is given; ``replica`` is the second server, ``source`` the first."""
    connections = airflow_connections(stack_status, pair.replica)
    set_connections(monkeypatch, {"replica": connections["source"]})

    def read_from(conn_id: str, writer: str | None = None) -> None:
        pipeline.change(source=replace(pipeline.spec.source, conn_id=conn_id, writer_conn_id=writer))
        pipeline.clients = pipeline.stack.enter_context(Clients(pipeline.spec))

    read_from("replica", "source")
    pipeline.clients.source.clock()  # the table is there
    return read_from


@pytest.mark.parametrize("column", ["updated_at", "id"])
def test_no_row_is_missed_that_is_late_at_the_writer_or_at_the_replica(
    pipeline: TablePipeline, read: Run, pair: Pair, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """A row that is open at the writer holds the window back; once it is committed, a run waits for the replica."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column=column))
    for _ in range(ROUNDS):
        with late_row(pipeline, pair) as commit:
            pipeline.sql(INSERT)
            held = pipeline.extract_and_publish()
            assert "thread" in held.safe_point_reason or "open" in held.safe_point_reason
            with pair.stopped(), ThreadPoolExecutor(1) as elsewhere:
                commit()
                pipeline.sql(INSERT)
                running = elsewhere.submit(pipeline.extract_and_publish)
                until_it_waits(pair, running)
                run(pair.replica, f"START {pair.word} SQL_THREAD")
                running.result()
        pipeline.load()
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.verify(*Check)
    assert len(pipeline.rows()) == 3 * ROUNDS
    assert pipeline.rows() == pipeline.source_rows()


def test_writers_that_never_stop_and_a_replica_that_falls_behind_lose_no_row(
    pipeline: TablePipeline, read: Run, pair: Pair
) -> None:
    """Transactions overlap and commit out of order, while the replica stops and goes on again and again."""
    pipeline.change(lag=0.3)  # seconds: a statement has its time a moment before the server shows it as running
    stop = threading.Event()
    with ThreadPoolExecutor(3) as elsewhere:
        busy = [elsewhere.submit(write, pair, pipeline.spec.source.database, stop) for _ in range(2)]
        lagging = elsewhere.submit(fall_behind, pair, stop)
        try:
            for _ in range(ROUNDS + 1):
                pipeline.sync()
        finally:
            stop.set()
        written = sum(writer.result() for writer in busy)
        lagging.result()
    pipeline.sql("DO SLEEP(0.4)")
    pipeline.sync()
    pipeline.verify(*Check)
    assert len(pipeline.rows()) == written
    assert pipeline.rows() == pipeline.source_rows()


def test_without_the_writer_lag_and_lookback_alone_are_what_every_run_says(
    pipeline: TablePipeline, read: Run, pair: Pair
) -> None:
    """The replica cannot show a row that is open at its writer; within the lookback it is read again."""
    read("replica")
    pipeline.change(lag=None, lookback=600.0)
    assert "minus 30 s lag; writers are not visible" in pipeline.plan().safe_point_reason
    pipeline.change(lag=0.0)
    with late_row(pipeline, pair) as commit:
        pipeline.sql(INSERT)
        replicated(pipeline, pair)
        passed = pipeline.extract_and_publish()
        commit()
    replicated(pipeline, pair)
    found = pipeline.extract_and_publish()
    for entry in (passed, found):
        assert "minus 0 s lag; writers are not visible" in entry.safe_point_reason
    assert (passed.rows, found.rows) == (1, 2)
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()


def test_servers_that_answer_in_turns_are_read_with_one_lookback_at_each_change(
    pipeline: TablePipeline, read: Run, pair: Pair
) -> None:
    """One endpoint, two servers: each change of server_uuid reads the last minutes again, and only a change does."""
    looked_back = []
    for conn_id in ("replica", "source", "source", "replica"):
        pipeline.sql(INSERT)
        replicated(pipeline, pair)
        read(conn_id)
        entry = pipeline.extract_and_publish()
        assert entry.window is not None
        if entry.window.lower is not None and entry.position_from is not None:
            looked_back.append(entry.position_from.value - entry.window.lower.value)
    assert looked_back == [LOOKBACK, 0, LOOKBACK]
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_replica_without_its_writer_reconciles_nothing(pipeline: TablePipeline, read: Run, pair: Pair) -> None:
    """Its endpoint may lead to a server that lacks what another has shown: such rows are not gone."""
    pipeline.sql(INSERT)
    pipeline.sql(INSERT)
    pipeline.change(deletes=Deletes.RECONCILE)
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id = 1")
    read("replica")
    replicated(pipeline, pair)
    (kept,) = pipeline.verify("keys").results
    assert "the source is a replica" in kept.note
    assert len(pipeline.rows()) == 2
    read("replica", "source")
    pipeline.verify("keys")
    assert pipeline.rows() == pipeline.source_rows()


def test_a_verification_waits_for_a_replica_that_is_behind(pipeline: TablePipeline, read: Run, pair: Pair) -> None:
    """One endpoint, two servers: what the other server showed and was loaded, this one does not hold yet."""
    pipeline.sql(INSERT)
    pipeline.sql("DO SLEEP(0.01)")
    replicated(pipeline, pair)
    read("source")
    with pair.stopped(), ThreadPoolExecutor(1) as elsewhere:
        pipeline.sql(INSERT)
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
        pipeline.load()
        pipeline.target("DELETE FROM {t} WHERE id = 2")
        read("replica", "source")
        running = elsewhere.submit(pipeline.verify, "bounds", "window")
        until_it_waits(pair, running)
        run(pair.replica, f"START {pair.word} SQL_THREAD")
        with pytest.raises(DataCheckFailed, match="bounds, window"):
            running.result()


@contextmanager
def late_row(pipeline: TablePipeline, pair: Pair) -> Iterator[Callable[[], None]]:
    """Insert a row at the writer and leave it open; the body commits it."""
    with closing(connect_mysql(pair.writer, database=pipeline.spec.source.database, autocommit=False)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(INSERT)
        yield connection.commit


def until_it_waits(pair: Pair, running: Future[Any]) -> None:
    """Return once the run waits at the replica; a run that ends without that has read too early."""
    while not run(pair.replica, WAITING):
        assert not running.done(), running.result()
        time.sleep(0.02)


def replicated(pipeline: TablePipeline, pair: Pair) -> None:
    """Wait until the replica has as many rows as its writer."""
    count = f"SELECT COUNT(*) FROM {pipeline.spec.source.database}.orders"
    while run(pair.replica, count) != run(pair.writer, count):
        time.sleep(0.02)


def write(pair: Pair, database: str, stop: threading.Event) -> int:
    """Write transactions of two rows, open for longer than the lag, until told; return how many rows were committed."""
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


def fall_behind(pair: Pair, stop: threading.Event) -> None:
    """Stop the replica's applier for a moment, again and again."""
    while not stop.wait(0.1):
        with pair.stopped():
            time.sleep(random.uniform(0.4, 0.8))
