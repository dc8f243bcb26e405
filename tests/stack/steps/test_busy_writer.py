"""No check fails by mistake while a writer inserts, updates and deletes without pause."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import CursorRef, Deletes, LoadMode
from mysql_redshift.core.verification import Check
from mysql_redshift.steps.planning import safe_point
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline, insert_orders

ROUNDS = 3
MAX_RUNS = 8
KEYS = 300
LAG = 0.3  # seconds: a statement takes its timestamp shortly before the server lists it as running
Transactions = Callable[[random.Random], Sequence[str]]


@pytest.mark.parametrize("deletes", list(Deletes))
def test_checks_pass_while_a_writer_never_stops(
    pipeline: TablePipeline, mysql_server: MySQLStatus, deletes: Deletes
) -> None:
    """When the writer stops, no row is missing; with ``deletes: reconcile`` source and target are equal."""
    pipeline.change(deletes=deletes, lag=LAG)
    pipeline.checks = list(Check)
    insert_orders(pipeline, KEYS)
    with writing(pipeline, mysql_server, random_transaction) as writer:
        sync_repeatedly(pipeline, writer)
    assert not missing_after_catching_up(pipeline)
    if deletes is Deletes.RECONCILE:
        assert pipeline.rows() == pipeline.source_rows()


def test_checks_pass_while_a_writer_appends_and_deletes_by_id(
    pipeline: TablePipeline, mysql_server: MySQLStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The append table has an auto-increment cursor: deleted rows are kept, and no other row is missing."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    pipeline.checks = list(Check)
    insert_orders(pipeline, KEYS)
    with writing(pipeline, mysql_server, insert_or_delete_by_id) as writer:
        sync_repeatedly(pipeline, writer)
    assert not missing_after_catching_up(pipeline)


def sync_repeatedly(pipeline: TablePipeline, writer: Writer) -> None:
    """Sync several times; assert that the writer was writing during each sync."""
    for _ in range(ROUNDS):
        before = writer.statements
        pipeline.sync()
        assert writer.statements > before


def missing_after_catching_up(pipeline: TablePipeline) -> set[tuple[Any, ...]]:
    """Sync until the target has every row; a statement of another session may hold back the safe point for a while."""
    missing: set[tuple[Any, ...]] = set()
    for _ in range(MAX_RUNS):
        pipeline.sql("DO SLEEP(0.4)")
        pipeline.sync()
        missing = set(pipeline.source_rows()) - set(pipeline.rows())
        if not missing:
            break
    return missing


def random_transaction(rng: random.Random) -> Sequence[str]:
    """Return one transaction that inserts, updates, deletes, re-inserts or re-keys rows; some are rolled back."""
    key, other = (rng.randrange(1, 2 * KEYS) for _ in range(2))
    now = "updated_at = UTC_TIMESTAMP(6)"
    write = f"INSERT INTO orders VALUES ({key}, UTC_TIMESTAMP(6), {rng.random():.2f}, 'new') ON DUPLICATE KEY UPDATE "
    kinds: list[tuple[Sequence[str], int]] = [
        ([f"{write} {now}, note = 'changed'"], 8),
        ([f"DELETE FROM orders WHERE id = {key}"], 5),
        ([f"UPDATE orders SET {now}, amount = amount + 1 WHERE id BETWEEN {key} AND {key + 9}"], 3),
        ([f"UPDATE IGNORE orders SET id = {other}, {now} WHERE id = {key}"], 2),
        ([f"DELETE FROM orders WHERE id = {key}", f"{write} {now}"], 2),
        ([f"DELETE FROM orders WHERE id > {key}", "ROLLBACK"], 1),
    ]
    return rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]


def insert_or_delete_by_id(rng: random.Random) -> Sequence[str]:
    """Return one transaction that inserts rows with new ids or deletes a random row."""
    if rng.random() < 0.4:
        return ["DELETE FROM orders ORDER BY RAND() LIMIT 1"]
    return ["INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 1)"] * rng.randrange(1, 4)


class Writer(threading.Thread):
    """Runs transactions until ``stop`` is set."""

    def __init__(self, server: MySQLStatus, database: str, statements: Transactions) -> None:
        super().__init__(daemon=True)
        self._connection = connect_mysql(server, database=database, autocommit=False)
        self._next_transaction = statements
        self.stop = threading.Event()
        self.statements = 0
        self.error: Exception | None = None

    def run(self) -> None:
        rng = random.Random(7)
        try:
            with self._connection as connection, connection.cursor() as cursor:
                while not self.stop.is_set():
                    for statement in self._next_transaction(rng):
                        cursor.execute(statement)
                        self.statements += 1
                    connection.commit()
        except Exception as exc:  # the test reads it
            self.error = exc


@contextmanager
def writing(pipeline: TablePipeline, server: MySQLStatus, statements: Transactions) -> Iterator[Writer]:
    """Write to the source table while the block runs."""
    writer = Writer(server, pipeline.spec.source.database, statements)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop.set()
        writer.join()
    assert writer.error is None
