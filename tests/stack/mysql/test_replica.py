"""A replica as the source: the writer is asked for the time, and the replica must have what the writer had (L5c)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pymysql
import pytest

from devstack import mysql
from devstack.flavors import FLAVORS
from devstack.status import MySQLStatus
from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource, replica
from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.errors import ConfigurationError, TransientError
from tests.conftest import wanted_flavors
from tests.stack.mysql.conftest import execute

pytestmark = [pytest.mark.stack, pytest.mark.slow]

OPTIONS = {
    "mysql": ("--log-bin=changes", "--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--log-replica-updates=ON"),
    "mariadb": ("--log-bin=changes", "--gtid-strict-mode=1", "--log-slave-updates=1"),
}
FOLLOW = {
    "mysql": "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={port}, SOURCE_USER='{user}', "
    "SOURCE_PASSWORD='{password}', SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1",
    "mariadb": "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port}, MASTER_USER='{user}', "
    "MASTER_PASSWORD='{password}', MASTER_USE_GTID=slave_pos",
}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A writer and its replica; both addresses are the administrator's."""

    writer: MySQLAddress
    replica: MySQLAddress
    word: str  # what the flavour calls a replica in SQL


@pytest.fixture(scope="module", params=wanted_flavors())
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two servers of one flavour, the second following the first."""
    flavor = FLAVORS[request.param]
    with tempfile.TemporaryDirectory(prefix="replica-") as folder:
        servers, found = [], []
        try:
            for number in (1, 2):
                options = (*flavor.options, *OPTIONS[flavor.name], f"--server-id={number}")
                home = Path(folder) / str(number)
                home.mkdir()
                server, status = mysql.start(replace(flavor, options=options), home, lambda _: None)
                servers.append(server)
                found.append(status)
            writer, follower = found
            reset = "RESET BINARY LOGS AND GTIDS" if flavor.name == "mysql" else "RESET MASTER"
            word = "REPLICA" if flavor.name == "mysql" else "SLAVE"
            run(writer, reset)
            follow = FOLLOW[flavor.name].format(port=writer.port, user=writer.user, password=writer.password)
            run(follower, reset, follow, f"START {word}")
            run(writer, "CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT)")
            yield Pair(writer=address_of(writer), replica=address_of(follower), word=word)
        finally:
            for server in servers:
                server.stop()


def address_of(status: MySQLStatus) -> MySQLAddress:
    return MySQLAddress(host=status.host, port=status.port, user=status.user, password=status.password)


def run(server: Any, *statements: str) -> None:
    connection = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )
    with closing(connection):
        for statement in statements:
            execute(connection, statement)


def test_after_the_clock_the_replica_has_what_the_writer_had(pair: Pair) -> None:
    """Each row that was committed before the clock is there to be read, every time."""
    with closing(MySQLSource(pair.replica, writer=pair.writer)) as source:
        for _ in range(5):
            run(pair.writer, *["INSERT INTO shop.orders () VALUES ()"] * 20)
            ((written,),) = _ask(pair.writer, "SELECT COUNT(*) FROM shop.orders")
            reading = source.clock()
            assert source.query("SELECT COUNT(*) FROM shop.orders") == [(written,)]
        assert reading.visible


def test_the_writers_open_transaction_counts(pair: Pair) -> None:
    """The replica itself would never show it."""
    open_writer = pymysql.connect(
        host=pair.writer.host, port=pair.writer.port, user=pair.writer.user, password=pair.writer.password
    )
    with closing(open_writer), closing(MySQLSource(pair.replica, writer=pair.writer)) as source:
        execute(open_writer, "INSERT INTO shop.orders () VALUES ()")
        assert [w.kind for w in source.clock().writers if w.thread == open_writer.thread_id()] == ["transaction"]
        open_writer.rollback()


def test_without_a_writer_a_replica_claims_to_see_nothing(pair: Pair) -> None:
    """Then lag and lookback alone guard the window."""
    with closing(MySQLSource(pair.replica)) as alone, closing(MySQLSource(pair.writer)) as writer:
        assert not alone.clock().visible
        assert writer.clock().visible


def test_a_replica_that_lags_is_transient(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock does not answer while rows are missing; it names them, and a retry finds the replica further on."""
    monkeypatch.setattr(replica, "CATCH_UP_SECONDS", 1)
    run(pair.replica, f"STOP {pair.word}")
    try:
        run(pair.writer, "INSERT INTO shop.orders () VALUES ()")
        late = MySQLSource(pair.replica, writer=pair.writer)
        with closing(late), pytest.raises(TransientError, match="lags behind") as error:
            late.clock()
        with closing(Session(pair.writer)) as writer:
            assert replica.executed(writer) in str(error.value)
    finally:
        run(pair.replica, f"START {pair.word}")
    monkeypatch.setattr(replica, "CATCH_UP_SECONDS", 30)
    with closing(MySQLSource(pair.replica, writer=pair.writer)) as source:
        assert source.clock().visible


def test_a_writer_without_gtids_is_a_configuration_error(address: MySQLAddress) -> None:
    """Nobody could tell what its replica has."""
    with closing(MySQLSource(address, writer=address)) as source, pytest.raises(ConfigurationError, match="GTID"):
        source.clock()


def _ask(address: MySQLAddress, sql: str) -> list[tuple[Any, ...]]:
    with closing(MySQLSource(address)) as source:
        return source.query(sql)
