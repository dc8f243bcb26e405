"""The verifier's connection to MySQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from demo.dataset import DATABASE, Table
from demo.verifier.canonical import facts_query, mysql_dialect
from demo.verifier.facts import TableFacts
from devstack.status import MySQLStatus

UNKNOWN_FUNCTIONS = (1046, 1305)  # "no database selected", "function does not exist"


class SourceReader:
    """One consistent snapshot of the source, which excludes later commits."""

    def __init__(self, connection: Connection[Cursor], *, md5: bool) -> None:
        self.md5 = md5
        self._connection = connection

    def facts(self, table: Table) -> TableFacts:
        """Return the counts and checksums of one table."""
        with self._connection.cursor() as cursor:
            cursor.execute(facts_query(mysql_dialect(md5=self.md5), DATABASE, table))
            return TableFacts.of(table, cursor.fetchone() or ())


@contextmanager
def source_reader(address: MySQLStatus) -> Iterator[SourceReader]:
    """Open a snapshot of the source in UTC."""
    connection: Connection[Cursor] = pymysql.connect(
        host=address.host, port=address.port, user=address.user, password=address.password, charset="utf8mb4"
    )
    with connection, connection.cursor() as cursor:
        md5 = _has_md5(cursor)
        cursor.execute("SET SESSION time_zone = '+00:00', sql_mode = ''")
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield SourceReader(connection, md5=md5)


def _has_md5(cursor: Cursor) -> bool:
    try:
        cursor.execute("SELECT MD5('')")
    except pymysql.err.OperationalError as exc:
        if exc.args[0] not in UNKNOWN_FUNCTIONS:
            raise
        return False
    return True
