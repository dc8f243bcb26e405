"""A small data set at source and target, copied without the provider."""

from __future__ import annotations

from collections.abc import Iterator

import pymysql
import pytest
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from demo.dataset import DATABASE, Sizes, Table, fill, tables
from demo.verifier import TargetReader, target_reader
from devstack.status import MySQLStatus, Status
from tests.stack.demo.copying import copy_table

SCHEMA = "demo_verifier"
SCALE = 0.005


def connected(server: MySQLStatus) -> Connection[Cursor]:
    """Connect as the administrator, in UTC."""
    return pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        charset="utf8mb4",
        init_command="SET time_zone = '+00:00'",
    )


@pytest.fixture(scope="session")
def small_tables() -> tuple[Table, ...]:
    return tables(Sizes.at(SCALE))


@pytest.fixture(scope="session")
def filled(stack_status: Status, small_tables: tuple[Table, ...]) -> Iterator[dict[str, MySQLStatus]]:
    """MySQL and MariaDB, each filled with the data set."""
    servers = {server.flavor: server for server in (stack_status.mysql, stack_status.mariadb) if server}
    for server in servers.values():
        with connected(server) as connection:
            assert [rows for _, rows in fill(connection, small_tables)] == [table.rows for table in small_tables]
    yield servers
    for server in servers.values():
        with connected(server) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {DATABASE}")


@pytest.fixture(scope="session")
def copied(
    stack_status: Status, filled: dict[str, MySQLStatus], small_tables: tuple[Table, ...]
) -> Iterator[TargetReader]:
    """The target with every row of the source, read through the bastion."""
    assert stack_status.bastion is not None
    assert stack_status.redshift is not None
    with target_reader(stack_status.bastion, stack_status.redshift, SCHEMA) as target:
        target.execute(f'DROP SCHEMA IF EXISTS "{SCHEMA}" CASCADE')
        target.execute(f'CREATE SCHEMA "{SCHEMA}"')
        with connected(next(iter(filled.values()))) as connection:
            for table in small_tables:
                copy_table(connection, target, SCHEMA, table)
        yield target
        target.execute(f'DROP SCHEMA "{SCHEMA}" CASCADE')


@pytest.fixture
def damaged(copied: TargetReader) -> Iterator[TargetReader]:
    """The target inside a transaction that is rolled back, so that a test may damage it."""
    copied.execute("BEGIN")
    yield copied
    copied.execute("ROLLBACK")
