"""A replica as the source: the clock is the writer's, and the replica must have applied the writer's rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource, replica
from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.errors import ConfigurationError, TransientError
from tests.stack.connections import connect_mysql
from tests.stack.mysql.conftest import execute
from tests.stack.replication import Pair, address_of, run

pytestmark = [pytest.mark.stack, pytest.mark.slow]


@pytest.fixture(scope="module")
def orders(pair: Pair) -> Iterator[str]:
    """A table that exists on both servers."""
    run(pair.writer, "CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT)")
    yield "shop.orders"
    run(pair.writer, "DROP DATABASE shop")


@pytest.fixture
def source(pair: Pair, orders: str) -> Iterator[MySQLSource]:
    """A source that reads the replica and the writer's clock; the replica has the table."""
    found = MySQLSource(address_of(pair.replica), writer=address_of(pair.writer))
    found.clock()
    yield found
    found.close()


def test_after_the_clock_the_replica_has_every_row_of_the_writer(pair: Pair, source: MySQLSource, orders: str) -> None:
    """Every row that was committed before the clock can be read from the replica."""
    for _ in range(5):
        written = run(pair.writer, *[f"INSERT INTO {orders} () VALUES ()"] * 20, f"SELECT COUNT(*) FROM {orders}")
        reading = source.clock()
        assert source.query(f"SELECT COUNT(*) FROM {orders}") == written
    assert reading.visible


def test_an_open_transaction_on_the_writer_is_in_the_clock_reading(
    pair: Pair, source: MySQLSource, orders: str
) -> None:
    """The replica itself does not list it."""
    with closing(connect_mysql(pair.writer, autocommit=False)) as writer:
        execute(writer, f"INSERT INTO {orders} () VALUES ()")
        thread = writer.thread_id()  # type: ignore[no-untyped-call]  # the stubs of PyMySQL leave it untyped
        assert [w.kind for w in source.clock().writers if w.thread == thread] == ["transaction"]
        writer.rollback()


def test_the_reading_of_a_replica_without_its_writer_is_not_visible(pair: Pair) -> None:
    """Then only lag and lookback protect the window."""
    alone, writer = MySQLSource(address_of(pair.replica)), MySQLSource(address_of(pair.writer))
    assert not alone.clock().visible
    assert writer.clock().visible


def test_a_replica_without_its_writer_reports_its_lag(pair: Pair, source: MySQLSource, orders: str) -> None:
    """An idle replica is less than a second behind; transactions that it has not applied make the lag grow."""
    alone = MySQLSource(address_of(pair.replica))
    assert alone.clock().seconds_behind == 1
    with pair.delayed(3600):
        run(pair.writer, f"INSERT INTO {orders} () VALUES ()")
        deadline = time.monotonic() + 30
        while (alone.clock().seconds_behind or 0) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert source.clock().seconds_behind is None


@pytest.mark.parametrize("thread", ["SQL_THREAD", "IO_THREAD"])
def test_stopped_replication_is_a_transient_error(pair: Pair, source: MySQLSource, thread: str) -> None:
    """The lag is unknown then. The error names the stopped thread."""
    alone = MySQLSource(address_of(pair.replica))
    run(pair.replica, f"STOP {pair.word} {thread}")
    try:
        with pytest.raises(TransientError, match=f"{thread.split('_', maxsplit=1)[0]}_Running: No") as error:
            alone.clock()
    finally:
        run(pair.replica, f"START {pair.word}")
    assert "writer_conn_id" in str(error.value)
    assert source.clock().visible


def test_without_the_privilege_the_lag_is_unknown(pair: Pair, source: MySQLSource, orders: str) -> None:
    """PROCESS does not include REPLICATION CLIENT; the run continues, and the safe point's reason reports it."""
    run(pair.writer, "CREATE USER reader@'%' IDENTIFIED BY 'a-reader''s-secret'", "GRANT PROCESS ON *.* TO reader@'%'")
    source.clock()
    try:
        address = replace(address_of(pair.replica), user="reader", password="a-reader's-secret")
        reading = MySQLSource(address).clock()
    finally:
        run(pair.writer, "DROP USER reader@'%'")
    assert (reading.replica, reading.seconds_behind, reading.visible) == (True, None, False)


def test_a_lagging_replica_is_a_transient_error(
    pair: Pair, source: MySQLSource, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the missing GTIDs; a retry succeeds once the replica has caught up."""
    with monkeypatch.context() as hurry, pair.stopped():
        hurry.setattr(replica, "CATCH_UP_SECONDS", 1)
        run(pair.writer, f"INSERT INTO {orders} () VALUES ()")
        with pytest.raises(TransientError, match="lags behind") as error:
            source.clock()
        with closing(Session(address_of(pair.writer))) as writer:
            assert replica.executed(writer) in str(error.value)
    assert source.clock().visible


def test_a_snapshot_waits_until_its_own_replica_has_caught_up(
    pair: Pair, source: MySQLSource, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint may route the snapshot's connection to another replica than the one that the clock waited for."""
    source.clock()
    with monkeypatch.context() as hurry, pair.stopped():
        hurry.setattr(replica, "CATCH_UP_SECONDS", 1)
        written = run(pair.writer, f"INSERT INTO {orders} () VALUES ()", f"SELECT COUNT(*) FROM {orders}")
        with pytest.raises(TransientError, match="lags behind"), source.snapshot():
            pass
    with source.snapshot() as snapshot:
        assert snapshot.query(f"SELECT COUNT(*) FROM {orders}") == written


def test_a_transaction_that_is_committing_is_waited_for(pair: Pair, source: MySQLSource) -> None:
    """MySQL removes it from the list of transactions before gtid_executed has it; until then gtid_owned has it."""
    gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:23"
    with closing(connect_mysql(pair.writer)) as owner, closing(Session(address_of(pair.writer))) as writer:
        if pair.writer.flavor == "mariadb":  # its set grows with the binary log, before InnoDB commits
            assert [(replica.executed(writer),)] == writer.query("SELECT @@global.gtid_binlog_pos")
            return
        execute(owner, f"SET gtid_next = '{gtid}'")
        execute(owner, "BEGIN")
        assert gtid in replica.executed(writer).split(",")
        execute(owner, "COMMIT")
        assert gtid in replica.executed(writer).split(",")
    assert source.clock().visible


def test_a_writer_without_gtids_is_a_configuration_error(address: MySQLAddress) -> None:
    """Without GTIDs, the replica's progress cannot be checked."""
    with closing(MySQLSource(address, writer=address)) as source, pytest.raises(ConfigurationError, match="GTID"):
        source.clock()
