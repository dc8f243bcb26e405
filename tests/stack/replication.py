"""A writer and the replica that follows it: two real servers, started once for all tests that ask for them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from devstack import mysql
from devstack.flavors import FLAVORS
from devstack.status import MySQLStatus
from mysql_redshift.adapters.mysql import MySQLAddress
from tests.conftest import wanted_flavors
from tests.stack.connections import connect_mysql

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
    """A writer and its replica; both logins are the administrator's."""

    writer: MySQLStatus
    replica: MySQLStatus
    word: str  # what the flavour calls a replica in SQL

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let the replica fall behind: it receives, but applies nothing."""
        run(self.replica, f"STOP {self.word} SQL_THREAD")
        try:
            yield
        finally:
            run(self.replica, f"START {self.word} SQL_THREAD")


@pytest.fixture(scope="session", params=wanted_flavors())
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
            yield _following(*found)
        finally:
            for server in servers:
                server.stop()


def _following(writer: MySQLStatus, replica: MySQLStatus) -> Pair:
    reset = "RESET BINARY LOGS AND GTIDS" if writer.flavor == "mysql" else "RESET MASTER"
    word = "REPLICA" if writer.flavor == "mysql" else "SLAVE"
    run(writer, reset)
    follow = FOLLOW[writer.flavor].format(port=writer.port, user=writer.user, password=writer.password)
    run(replica, reset, follow, f"START {word}")
    return Pair(writer=writer, replica=replica, word=word)


def address_of(server: MySQLStatus) -> MySQLAddress:
    """Return the administrator's address for our own reader."""
    return MySQLAddress(host=server.host, port=server.port, user=server.user, password=server.password)


def run(server: MySQLStatus, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on a connection of their own; return what the last one answers."""
    rows: list[tuple[Any, ...]] = []
    with closing(connect_mysql(server)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            rows = list(cursor.fetchall())
    return rows
