"""A replica as the source: the writer is asked for the time, and the replica must have what the writer had (L5c)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

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
    """A table of both servers."""
    run(pair.writer, "CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT)")
    yield "shop.orders"
    run(pair.writer, "DROP DATABASE shop")


@pytest.fixture
def source(pair: Pair, orders: str) -> Iterator[MySQLSource]:
    """The replica, whose clock is the writer's; it has the table."""
    found = MySQLSource(address_of(pair.replica), writer=address_of(pair.writer))
    found.clock()
    yield found
    found.close()


def test_after_the_clock_the_replica_has_what_the_writer_had(pair: Pair, source: MySQLSource, orders: str) -> None:
    """Each row that was committed before the clock is there to be read, every time."""
    for _ in range(5):
        written = run(pair.writer, *[f"INSERT INTO {orders} () VALUES ()"] * 20, f"SELECT COUNT(*) FROM {orders}")
        reading = source.clock()
        assert source.query(f"SELECT COUNT(*) FROM {orders}") == written
    assert reading.visible


def test_the_writers_open_transaction_counts(pair: Pair, source: MySQLSource, orders: str) -> None:
    """The replica itself would never show it."""
    with closing(connect_mysql(pair.writer, autocommit=False)) as writer:
        execute(writer, f"INSERT INTO {orders} () VALUES ()")
        thread = writer.thread_id()  # type: ignore[no-untyped-call]  # the stubs of PyMySQL leave it untyped
        assert [w.kind for w in source.clock().writers if w.thread == thread] == ["transaction"]
        writer.rollback()


def test_without_a_writer_a_replica_claims_to_see_nothing(pair: Pair) -> None:
    """Then lag and lookback alone guard the window."""
    alone, writer = MySQLSource(address_of(pair.replica)), MySQLSource(address_of(pair.writer))
    assert not alone.clock().visible
    assert writer.clock().visible


def test_a_replica_that_lags_is_transient(
    pair: Pair, source: MySQLSource, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock does not answer while rows are missing; it names them, and a retry finds the replica further on."""
    with monkeypatch.context() as hurry, pair.stopped():
        hurry.setattr(replica, "CATCH_UP_SECONDS", 1)
        run(pair.writer, f"INSERT INTO {orders} () VALUES ()")
        with pytest.raises(TransientError, match="lags behind") as error:
            source.clock()
        with closing(Session(address_of(pair.writer))) as writer:
            assert replica.executed(writer) in str(error.value)
    assert source.clock().visible


def test_a_snapshot_waits_for_the_replica_that_it_is_taken_of(
    pair: Pair, source: MySQLSource, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind one endpoint the next connection may lead to another replica than the one that had caught up."""
    source.clock()
    with monkeypatch.context() as hurry, pair.stopped():
        hurry.setattr(replica, "CATCH_UP_SECONDS", 1)
        written = run(pair.writer, f"INSERT INTO {orders} () VALUES ()", f"SELECT COUNT(*) FROM {orders}")
        with pytest.raises(TransientError, match="lags behind"), source.snapshot():
            pass
    with source.snapshot() as snapshot:
        assert snapshot.query(f"SELECT COUNT(*) FROM {orders}") == written


def test_a_transaction_in_the_middle_of_its_commit_is_waited_for(pair: Pair, source: MySQLSource) -> None:
    """MySQL takes it off the list of transactions before gtid_executed holds it: it owns its GTID until then."""
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
    """Nobody could tell what its replica has."""
    with closing(MySQLSource(address, writer=address)) as source, pytest.raises(ConfigurationError, match="GTID"):
        source.clock()
