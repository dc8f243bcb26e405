"""Implement the port ``Source`` on a MySQL or MariaDB server."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any

from mysql_redshift.adapters.mysql import catalogue, replica
from mysql_redshift.adapters.mysql.clock import read_clock
from mysql_redshift.adapters.mysql.connection import MySQLAddress, Session
from mysql_redshift.adapters.mysql.reader import MySQLRowStream
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.types.column import SourceTable, TableSchema


class MySQLSnapshot:
    """A consistent snapshot on one connection."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result, read from the snapshot."""
        return self._session.query(sql)

    def stream(self, sql: str, schema: TableSchema, *, batch_rows: int) -> MySQLRowStream:
        """Read a SELECT whose columns are those of the schema, in order. One stream at a time, read to its end."""
        return MySQLRowStream(self._session, sql, schema, batch_rows)


class MySQLSource:
    """Reads rows from ``address`` and the clock from ``writer``, which defaults to ``address``.

    Connections are opened on first use. An instance must be used by one thread only.
    """

    def __init__(self, address: MySQLAddress, *, writer: MySQLAddress | None = None) -> None:
        self._address = address
        self._writer = writer
        self._session: Session | None = None

    def describe(self, database: str, table: str) -> SourceTable:
        """Read the table's definition; see ``catalogue.describe``."""
        return catalogue.describe(self._connected(), database, table)

    def clock(self, readers: Collection[str] = ()) -> ClockReading:
        """Read the writer's clock, then its open writers, on a new connection.

        ``readers``: accounts that are declared to only read.
        If a separate writer is set, the source is a replica: wait until it has applied what the writer had committed.
        """
        with closing(Session(self._writer or self._address)) as session:
            reading = read_clock(session, readers)
            gtids = replica.executed(session) if self._writer else ""
        if gtids:
            replica.wait_until_reached(self._connected(), gtids, seconds=replica.CATCH_UP_SECONDS)
        return reading

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result, read outside any snapshot."""
        return self._connected().query(sql)

    @contextmanager
    def snapshot(self) -> Iterator[MySQLSnapshot]:
        """Open a read-only consistent snapshot on a new connection.

        A reader endpoint may route this connection to another replica than the clock's, so it waits for that one too.
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
        """Close the connection that describe and query share; snapshots and clocks close their own."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> Session:
        if self._session is not None and not self._session.open:
            self._session = None
        if self._session is None:
            self._session = Session(self._address)
        return self._session
