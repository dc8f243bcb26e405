"""No row that is committed late is missed, whatever kind of cursor tells how new it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.steps.planning import safe_point
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline

MOST_RUNS = 8  # a fresh statement of somebody else on this server may hold the last row back, but not for ever
Sql = Callable[[str], object]
MICROS = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)"
# What the cursor is, how its column is declared, and how applications stamp a row.
KINDS = [
    pytest.param(CursorRef(column="stamp"), "TIMESTAMP(6) NULL", "NOW(6)", id="timestamp"),
    pytest.param(CursorRef(column="stamp"), "DATETIME(6)", "UTC_TIMESTAMP(6)", id="datetime in UTC"),
    pytest.param(CursorRef(column="stamp", zone="Asia/Tokyo"), "DATETIME(6)", "NOW(6)", id="datetime in Tokyo"),
    pytest.param(CursorRef(column="stamp"), "DATETIME", "UTC_TIMESTAMP()", id="whole seconds"),
    pytest.param(CursorRef(column="stamp", kind="unix-us"), "BIGINT", MICROS, id="unix microseconds"),
    pytest.param(CursorRef(column="stamp", kind="unix-s"), "BIGINT", "UNIX_TIMESTAMP()", id="unix seconds"),
    pytest.param(CursorRef(column="id"), "INT", "1", id="id"),
]


@pytest.fixture
def session(pipeline: TablePipeline, mysql_server: MySQLStatus) -> Callable[[], AbstractContextManager[Sql]]:
    """Open a session in Tokyo's time, inside a transaction."""

    @contextmanager
    def opened() -> Iterator[Sql]:
        database = pipeline.spec.source.database
        with closing(connect_mysql(mysql_server, database=database, autocommit=False)) as connection:

            def run(statement: str) -> object:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
                    return cursor.fetchall()

            run("SET time_zone = '+09:00'")
            yield run
            connection.rollback()

    return opened


@pytest.mark.parametrize(("cursor", "column", "now"), KINDS)
def test_a_late_commit_is_not_missed(
    pipeline: TablePipeline,
    session: Callable[[], AbstractContextManager[Sql]],
    monkeypatch: pytest.MonkeyPatch,
    cursor: CursorRef,
    column: str,
    now: str,
) -> None:
    """A row is stamped, another one is committed, a run passes, and only then the first is committed."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.sql(f"ALTER TABLE orders ADD COLUMN stamp {column}")
    pipeline.change(cursor=cursor)
    insert = f"INSERT INTO orders (amount, stamp) VALUES (1, {now})"
    with session() as early, session() as late:
        early(insert)
        early("COMMIT")
        late(insert)
        pipeline.sql("DO SLEEP(1.1)")  # past a whole second, so that the clock alone would go beyond the open row
        early(insert)
        early("COMMIT")
        held = pipeline.extract_and_publish()
        assert (
            "thread" in held.safe_point_reason
            or "observation" in held.safe_point_reason
            or "open" in held.safe_point_reason
        )
        late("COMMIT")
    read, runs = held.rows, 0
    while read < 3 and runs < MOST_RUNS:
        pipeline.sql("DO SLEEP(1.1)")
        read, runs = read + pipeline.extract_and_publish().rows, runs + 1
    pipeline.load()
    pipeline.verify()
    assert pipeline.rows("id") == pipeline.source_rows("id")
    assert len(pipeline.rows("id")) == 3
