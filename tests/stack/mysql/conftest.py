"""Fixtures of the MySQL adapter's tests: a separate database per test, on MySQL and on MariaDB."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

import pymysql
import pytest

from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource

Connect = Callable[..., Any]


@pytest.fixture
def address(mysql_server: Any) -> MySQLAddress:
    """The server's address with the administrator's login."""
    return MySQLAddress(
        host=mysql_server.host, port=mysql_server.port, user=mysql_server.user, password=mysql_server.password
    )


@pytest.fixture
def database(mysql_server: Any) -> Iterator[str]:
    """An empty database, dropped after the test's connections are closed: they may hold locks."""
    name = f"t_{secrets.token_hex(6)}"
    with closing(_connected(mysql_server)) as connection:
        execute(connection, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield name
    with closing(_connected(mysql_server)) as connection:
        execute(connection, f"DROP DATABASE {name}")


@pytest.fixture
def connect(mysql_server: Any, database: str) -> Iterator[Connect]:
    """Open connections that are killed after the test, even if they wait for a lock."""
    with ExitStack() as stack:

        def open_connection(**settings: Any) -> Any:
            connection = _connected(mysql_server, **settings)
            stack.callback(_kill, mysql_server, connection.thread_id())
            return connection

        yield open_connection


@pytest.fixture
def admin(connect: Connect, database: str) -> Any:
    """A connection to the test's database, with invalid dates allowed."""
    connection = connect(database=database, sql_mode="ALLOW_INVALID_DATES")
    execute(connection, "SET time_zone = '+00:00'")
    return connection


@pytest.fixture
def source(address: MySQLAddress) -> Iterator[MySQLSource]:
    """The source under test."""
    source = MySQLSource(address)
    yield source
    source.close()


def execute(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _connected(server: Any, **settings: Any) -> Any:
    values = {"host": server.host, "port": server.port, "user": server.user, "password": server.password}
    return pymysql.connect(**{**values, "autocommit": True, **settings})


def _kill(server: Any, thread: int) -> None:
    """Kill a connection from another one: a thread of the test may be waiting in it."""
    with closing(_connected(server)) as killer, suppress(pymysql.err.OperationalError):
        execute(killer, f"KILL {thread}")
