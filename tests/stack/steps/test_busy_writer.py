"""No check alarms falsely while a writer inserts, updates and deletes without pause."""

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
MOST_RUNS = 8
KEYS = 300
LAG = 0.3  # seconds: a statement has its time a moment before the server shows it as running (rule 1)
Statements = Callable[[random.Random], Sequence[str]]


@pytest.mark.parametrize("deletes", list(Deletes))
def test_a_writer_that_never_stops_raises_no_alarm(
    pipeline: TablePipeline, mysql_server: MySQLStatus, deletes: Deletes
) -> None:
    """Every sync passes every check; once the writer rests, reconciled ends are equal and kept ones hold all."""
    pipeline.change(deletes=deletes, lag=LAG)
    pipeline.checks = list(Check)
    insert_orders(pipeline, KEYS)
    with writing(pipeline, mysql_server, all_kinds) as writer:
        sync_meanwhile(pipeline, writer)
    assert not missing_at_rest(pipeline)
    if deletes is Deletes.RECONCILE:
        assert pipeline.rows() == pipeline.source_rows()


def test_a_writer_that_adds_and_deletes_by_id_raises_no_alarm(
    pipeline: TablePipeline, mysql_server: MySQLStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Appended by an id that counts up: what was deleted is kept and told, and every row that stays is there."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    pipeline.checks = list(Check)
    insert_orders(pipeline, KEYS)
    with writing(pipeline, mysql_server, new_ids) as writer:
        sync_meanwhile(pipeline, writer)
    assert not missing_at_rest(pipeline)


def sync_meanwhile(pipeline: TablePipeline, writer: Writer) -> None:
    """Sync again and again; each time the writer has gone on."""
    for _ in range(ROUNDS):
        seen = writer.statements
        pipeline.sync()
        assert writer.statements > seen


def missing_at_rest(pipeline: TablePipeline) -> set[tuple[Any, ...]]:
    """Sync until the target has every row; a fresh statement of somebody else may hold the last ones back."""
    missing: set[tuple[Any, ...]] = set()
    for _ in range(MOST_RUNS):
        pipeline.sql("DO SLEEP(0.4)")
        pipeline.sync()
        missing = set(pipeline.source_rows()) - set(pipeline.rows())
        if not missing:
            break
    return missing


def all_kinds(choose: random.Random) -> Sequence[str]:
    """One transaction: keys come, change and go, also keys that were gone before; some transactions are undone."""
    key, other = (choose.randrange(1, 2 * KEYS) for _ in range(2))
    now = "updated_at = UTC_TIMESTAMP(6)"
    write = (
        f"INSERT INTO orders VALUES ({key}, UTC_TIMESTAMP(6), {choose.random():.2f}, 'new') ON DUPLICATE KEY UPDATE "
    )
    kinds: list[tuple[Sequence[str], int]] = [
        ([f"{write} {now}, note = 'changed'"], 8),
        ([f"DELETE FROM orders WHERE id = {key}"], 5),
        ([f"UPDATE orders SET {now}, amount = amount + 1 WHERE id BETWEEN {key} AND {key + 9}"], 3),
        ([f"UPDATE IGNORE orders SET id = {other}, {now} WHERE id = {key}"], 2),
        ([f"DELETE FROM orders WHERE id = {key}", f"{write} {now}"], 2),
        ([f"DELETE FROM orders WHERE id > {key}", "ROLLBACK"], 1),
    ]
    return choose.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]


def new_ids(choose: random.Random) -> Sequence[str]:
    """One transaction: rows at the end, or rows out of the middle."""
    if choose.random() < 0.4:
        return ["DELETE FROM orders ORDER BY RAND() LIMIT 1"]
    return ["INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 1)"] * choose.randrange(1, 4)


class Writer(threading.Thread):
    """Runs transactions until told to stop."""

    def __init__(self, server: MySQLStatus, database: str, statements: Statements) -> None:
        super().__init__(daemon=True)
        self._connection = connect_mysql(server, database=database, autocommit=False)
        self._statements_of = statements
        self.stop = threading.Event()
        self.statements = 0
        self.error: Exception | None = None

    def run(self) -> None:
        choose = random.Random(7)
        try:
            with self._connection as connection, connection.cursor() as cursor:
                while not self.stop.is_set():
                    for statement in self._statements_of(choose):
                        cursor.execute(statement)
                        self.statements += 1
                    connection.commit()
        except Exception as exc:  # the test asks for it
            self.error = exc


@contextmanager
def writing(pipeline: TablePipeline, server: MySQLStatus, statements: Statements) -> Iterator[Writer]:
    """Write to the table's source while the body runs."""
    writer = Writer(server, pipeline.spec.source.database, statements)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop.set()
        writer.join()
    assert writer.error is None
