"""The verifier's connection to Redshift, through the bastion and over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from demo.dataset import Table
from demo.verifier.canonical import facts_query, redshift_dialect
from demo.verifier.facts import TableFacts
from demo.verifier.tunnel import tunnel
from devstack.status import BastionStatus, RedshiftStatus


class TargetReader:
    """The tables of one schema in Redshift."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def facts(self, table: Table, *, md5: bool) -> TableFacts | None:
        """Return the counts and checksums of one table, None if it does not exist."""
        try:
            rows = self.query(facts_query(redshift_dialect(md5=md5), self._schema, table))
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            return None
        return TableFacts.of(table, rows[0])

    def sample(self, table: Table, rows: int) -> list[tuple[Any, ...]]:
        """Return the rows with the highest keys, in the order of the data set's columns."""
        dialect = redshift_dialect(md5=True)
        names = ", ".join(dialect.name(column.name) for column in table.columns)
        order = ", ".join(f"{dialect.name(name)} DESC" for name in table.key)
        target = f"{dialect.name(self._schema)}.{dialect.name(table.name)}"
        return self.query(f"SELECT {names} FROM {target} ORDER BY {order} LIMIT {rows}")

    def execute(self, sql: str) -> None:
        """Execute a statement; tests use it to damage the target."""
        self._connection.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        return self._connection.execute(sql).fetchall()


@contextmanager
def target_reader(bastion: BastionStatus, redshift: RedshiftStatus, schema: str) -> Iterator[TargetReader]:
    """Open a tunnel and one connection through it."""
    with (
        tunnel(bastion, redshift.host, redshift.port) as port,
        psycopg.connect(
            host="127.0.0.1",
            port=port,
            dbname=redshift.database,
            user=redshift.user,
            password=redshift.password,
            sslmode="verify-ca",  # through a tunnel the host name cannot match the certificate
            sslrootcert=redshift.ca_file,
            client_encoding="utf8",
            prepare_threshold=None,  # Redshift has no DEALLOCATE ALL
            autocommit=True,
        ) as connection,
    ):
        yield TargetReader(connection, schema)
