"""No row that is committed late is missed, with any kind of cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.steps.planning import safe_point
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline

MAX_RUNS = 8  # a new statement of another session on this server may hold back the last row for a few runs
Execute = Callable[[str], object]
UNIX_MICROS = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)"
# The cursor, the type of its column, and the expression by which applications set it.
CURSORS = [
    pytest.param(CursorRef(column="stamp"), "TIMESTAMP(6) NULL", "NOW(6)", id="timestamp"),
    pytest.param(CursorRef(column="stamp", zone="UTC"), "DATETIME(6)", "UTC_TIMESTAMP(6)", id="datetime in UTC"),
    pytest.param(CursorRef(column="stamp", zone="Asia/Tokyo"), "DATETIME(6)", "NOW(6)", id="datetime in Tokyo"),
    pytest.param(CursorRef(column="stamp", zone="UTC"), "DATETIME", "UTC_TIMESTAMP()", id="whole seconds"),
    pytest.param(CursorRef(column="stamp", kind="unix-us"), "BIGINT", UNIX_MICROS, id="unix microseconds"),
    pytest.param(CursorRef(column="stamp", kind="unix-s"), "BIGINT", "UNIX_TIMESTAMP()", id="unix seconds"),
    pytest.param(CursorRef(column="id"), "INT", "1", id="id"),
]


@pytest.fixture
def session(pipeline: TablePipeline, mysql_server: MySQLStatus) -> Callable[[], AbstractContextManager[Execute]]:
    """Return a function that opens a transaction in a session whose time zone is Tokyo's."""

    @contextmanager
    def open_session() -> Iterator[Execute]:
        database = pipeline.spec.source.database
        with closing(connect_mysql(mysql_server, database=database, autocommit=False)) as connection:

            def execute(statement: str) -> object:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
                    return cursor.fetchall()

            execute("SET time_zone = '+09:00'")
            yield execute
            connection.rollback()

    return open_session


@pytest.mark.parametrize(("cursor", "column", "now"), CURSORS)
def test_a_row_committed_late_is_not_missed(
    pipeline: TablePipeline,
    session: Callable[[], AbstractContextManager[Execute]],
    monkeypatch: pytest.MonkeyPatch,
    cursor: CursorRef,
    column: str,
    now: str,
) -> None:
    """A row gets its cursor, a later row is committed, a run extracts, and only then is the first row committed."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.sql(f"ALTER TABLE orders ADD COLUMN stamp {column}")
    pipeline.change(cursor=cursor)
    insert = f"INSERT INTO orders (amount, stamp) VALUES (1, {now})"
    with session() as early, session() as late:
        early(insert)
        early("COMMIT")
        late(insert)
        pipeline.sql("DO SLEEP(1.1)")  # longer than a second, so that the clock alone would pass the open row
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
    while read < 3 and runs < MAX_RUNS:
        pipeline.sql("DO SLEEP(1.1)")
        read, runs = read + pipeline.extract_and_publish().rows, runs + 1
    pipeline.load()
    pipeline.verify()
    assert pipeline.rows("id") == pipeline.source_rows("id")
    assert len(pipeline.rows("id")) == 3
