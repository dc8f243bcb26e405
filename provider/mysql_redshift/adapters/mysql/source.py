"""A MySQL or MariaDB server as the port ``Source``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from mysql_redshift.adapters.mysql import catalogue, replica
from mysql_redshift.adapters.mysql.clock import read_clock
from mysql_redshift.adapters.mysql.connection import MySQLAddress, Session
from mysql_redshift.adapters.mysql.reader import MySQLRowStream
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.types.column import SourceTable, TableSchema


class MySQLSnapshot:
    """A consistent snapshot, held by one connection."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole, as of the snapshot."""
        return self._session.query(sql)

    def stream(self, sql: str, schema: TableSchema, *, batch_rows: int) -> MySQLRowStream:
        """Read a SELECT of exactly the schema's columns in their order. One stream at a time, read to its end."""
        return MySQLRowStream(self._session, sql, schema, batch_rows)


class MySQLSource:
    """Reads from ``address``; the clock is the ``writer``'s, which is ``address`` itself where none is given.

    Connections are opened when they are needed. An instance belongs to one thread.
    """

    def __init__(self, address: MySQLAddress, *, writer: MySQLAddress | None = None) -> None:
        self._address = address
        self._writer = writer
        self._session: Session | None = None

    def describe(self, database: str, table: str) -> SourceTable:
        """Read the catalogue; see ``catalogue.describe``."""
        return catalogue.describe(self._connected(), database, table)

    def clock(self) -> ClockReading:
        """Read the writer's clock, then its open writers, on a connection made for it.

        With a writer of its own the source is a replica: this returns once it has what the writer had committed.
        """
        with closing(Session(self._writer or self._address)) as session:
            reading = read_clock(session)
            gtids = replica.executed(session) if self._writer else ""
        if gtids:
            replica.wait_until_reached(self._connected(), gtids, seconds=replica.CATCH_UP_SECONDS)
        return reading

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole, outside any snapshot."""
        return self._connected().query(sql)

    @contextmanager
    def snapshot(self) -> Iterator[MySQLSnapshot]:
        """Open a read-only consistent snapshot on a connection of its own.

        An endpoint may lead this connection to another replica than the clock's, so with a writer it waits as well.
        """
        session = Session(self._address)
        try:
            if self._writer:
                with closing(Session(self._writer)) as writer:
                    gtids = replica.executed(writer)
                replica.wait_until_reached(session, gtids, seconds=replica.CATCH_UP_SECONDS)
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            yield MySQLSnapshot(session)
        finally:
            session.close()

    def close(self) -> None:
        """End the connection that describe and query share; snapshots and clocks end their own."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> Session:
        if self._session is not None and not self._session.open:
            self._session = None
        if self._session is None:
            self._session = Session(self._address)
        return self._session
