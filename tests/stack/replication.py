"""A writer and its replica: two real servers, started once per session for the tests that use them."""

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
    """A writer and its replica, with the administrator's logins."""

    writer: MySQLStatus
    replica: MySQLStatus
    word: str  # the flavor's SQL keyword for a replica

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Make the replica lag: it receives transactions but applies none."""
        run(self.replica, f"STOP {self.word} SQL_THREAD")
        try:
            yield
        finally:
            run(self.replica, f"START {self.word} SQL_THREAD")

    @contextmanager
    def delayed(self, seconds: int) -> Iterator[None]:
        """Delay the replica's applier: it applies each transaction ``seconds`` after the writer's commit."""
        self._delay(seconds)
        try:
            yield
        finally:
            self._delay(0)

    def _delay(self, seconds: int) -> None:
        change = (
            f"CHANGE REPLICATION SOURCE TO SOURCE_DELAY={seconds}"
            if self.writer.flavor == "mysql"
            else f"CHANGE MASTER TO MASTER_DELAY={seconds}"
        )
        stop = "STOP REPLICA SQL_THREAD" if self.writer.flavor == "mysql" else "STOP SLAVE"
        run(self.replica, stop, change, f"START {self.word}")


@pytest.fixture(scope="session", params=wanted_flavors())
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two servers of one flavor; the second replicates the first."""
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
    """Return the server's address with the administrator's login."""
    return MySQLAddress(host=server.host, port=server.port, user=server.user, password=server.password)


def run(server: MySQLStatus, *statements: str) -> list[tuple[Any, ...]]:
    """Run the statements on a new connection; return the rows of the last one."""
    rows: list[tuple[Any, ...]] = []
    with closing(connect_mysql(server)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            rows = list(cursor.fetchall())
    return rows
