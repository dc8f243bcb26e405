"""No check alarms falsely while a writer inserts, updates and deletes without pause."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.checks import Check
from mysql_redshift.core.spec import Deletes
from tests.stack.connections import connect_mysql
from tests.way import Way, fill

ROUNDS = 5
KEYS = 300
LAG = 0.3  # seconds: a statement has its time a moment before the server shows it as running (rule 1)


@pytest.mark.parametrize("deletes", list(Deletes))
def test_a_writer_that_never_stops_raises_no_alarm(way: Way, mysql_server: MySQLStatus, deletes: Deletes) -> None:
    """Every sync passes every check; once the writer rests, reconciled ends are equal and kept ones hold all."""
    way.change(deletes=deletes, lag=LAG)
    way.checks = list(Check)
    fill(way, KEYS)
    with writing(way, mysql_server) as writer:
        for _ in range(ROUNDS):
            seen = writer.statements
            way.sync()
            assert writer.statements > seen
    assert writer.error is None
    way.sql("DO SLEEP(0.4)")
    way.sync()
    missing = set(way.source_rows()) - set(way.rows())
    assert not missing
    if deletes is Deletes.RECONCILE:
        assert way.rows() == way.source_rows()


class Writer(threading.Thread):
    """Writes until told to stop: keys come, change and go, also keys that were gone before."""

    def __init__(self, server: MySQLStatus, database: str) -> None:
        super().__init__(daemon=True)
        self._connection = connect_mysql(server, database=database)
        self.stop = threading.Event()
        self.statements = 0
        self.error: Exception | None = None

    def run(self) -> None:
        choose = random.Random(7)
        try:
            with self._connection as connection, connection.cursor() as cursor:
                while not self.stop.is_set():
                    cursor.execute(self._statement(choose))
                    self.statements += 1
        except Exception as exc:  # the test asks for it
            self.error = exc

    @staticmethod
    def _statement(choose: random.Random) -> str:
        key = choose.randrange(1, 2 * KEYS)
        if choose.random() < 0.3:
            return f"DELETE FROM orders WHERE id = {key}"
        return (
            f"INSERT INTO orders VALUES ({key}, UTC_TIMESTAMP(6), {choose.random():.2f}, 'new') "
            "ON DUPLICATE KEY UPDATE updated_at = UTC_TIMESTAMP(6), note = 'changed'"
        )


@contextmanager
def writing(way: Way, server: MySQLStatus) -> Iterator[Writer]:
    """Write to the table's source while the body runs."""
    writer = Writer(server, way.spec.source.database)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop.set()
        writer.join()
