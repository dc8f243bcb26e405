"""No row is missed at a daylight saving change, nor from an application that takes its timestamp early."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.position import EPOCH, to_micros
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.core.verification import Check
from mysql_redshift.ports import Source
from tests.stack.connections import connect_mysql
from tests.table_pipeline import TablePipeline

BERLIN = ZoneInfo("Europe/Berlin")
DST_CHANGES = [
    pytest.param(datetime(2026, 3, 29, 1, tzinfo=UTC), id="an hour is skipped"),
    pytest.param(datetime(2026, 10, 25, 1, tzinfo=UTC), id="an hour is repeated"),
]
# Relative to the change: before, within and after the affected hours.
MINUTES = (-70, -61, -59, -30, -1, 1, 30, 59, 61, 90)
INSERT = "INSERT INTO orders (updated_at, amount) VALUES (NOW(6), 1)"


@dataclass
class SourceAtTestTime:
    """The real source on another day: the server reports its writers, the test sets the time and their start times."""

    source: Source
    now: datetime = EPOCH
    transaction_starts: dict[int, datetime] = field(default_factory=dict)

    def clock(self, readers: Collection[str] = ()) -> ClockReading:
        reading = self.source.clock(readers)
        known = [w for w in reading.writers if w.thread in self.transaction_starts]
        # the server reports whole seconds
        started = [self.transaction_starts[w.thread].replace(microsecond=0) for w in known]
        writers = tuple(replace(w, started=to_micros(at)) for w, at in zip(known, started, strict=True))
        return replace(reading, now=to_micros(self.now), writers=writers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


@dataclass
class Application:
    """A connection whose NOW() is in the server's time zone, on the day of the test."""

    connection: Any
    clock: SourceAtTestTime

    def sql(self, statement: str, *, at: datetime) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET timestamp = {at.timestamp():.6f}")
            cursor.execute(statement)
            return list(cursor.fetchall())

    def insert_without_commit(self, *, at: datetime) -> None:
        """Insert a row in a transaction and leave it open."""
        self.clock.transaction_starts[self.connection.thread_id()] = at
        self.sql("BEGIN", at=at)
        self.sql(INSERT, at=at)


@pytest.fixture
def settable_clock(pipeline: TablePipeline) -> SourceAtTestTime:
    """Replace the pipeline's source by one whose time the test sets."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="Europe/Berlin"))
    found = SourceAtTestTime(pipeline.clients.source)
    pipeline.clients.__dict__["source"] = found
    return found


@pytest.fixture
def application(
    pipeline: TablePipeline, settable_clock: SourceAtTestTime, mysql_server: MySQLStatus
) -> Iterator[Application]:
    """Open a session that writes to the table."""
    assert mysql_server.system_zone == "Europe/Berlin"
    with closing(connect_mysql(mysql_server, database=pipeline.spec.source.database)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET time_zone = 'SYSTEM'")
        yield Application(connection, settable_clock)


@pytest.mark.parametrize("change", DST_CHANGES)
def test_no_row_is_missed_at_a_daylight_saving_change(
    pipeline: TablePipeline, settable_clock: SourceAtTestTime, application: Application, change: datetime
) -> None:
    """Some rows are committed late. No position is in the repeated hour; outside it every row is read immediately."""
    open_row, written, read = False, 0, 0
    for minutes in MINUTES:
        at = change + timedelta(minutes=minutes)
        if open_row:
            application.sql("COMMIT", at=at)
        application.sql(INSERT, at=at)
        open_row = not open_row
        if open_row:
            application.insert_without_commit(at=at + timedelta(seconds=1))
        written += 1 + open_row
        settable_clock.now = at + timedelta(seconds=2)
        entry = pipeline.extract_and_publish()
        read += entry.rows
        assert entry.position_to is not None
        assert not is_repeated(EPOCH + timedelta(microseconds=entry.position_to.value))
        assert open_row or is_repeated(settable_clock.now) or read == written
    application.sql("COMMIT", at=at)
    settable_clock.now = change + timedelta(hours=4)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.verify(*Check)
    assert len(pipeline.rows()) == written
    assert pipeline.rows() == pipeline.source_rows()


def is_repeated(moment: datetime) -> bool:
    """Return whether the local time in Berlin occurs twice."""
    wall = moment.astimezone(BERLIN)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def test_a_row_limit_stops_and_continues_within_the_repeated_hour(
    pipeline: TablePipeline, settable_clock: SourceAtTestTime, application: Application
) -> None:
    """Both passes of the hour are in the past by then, so rows are read in the order of local time."""
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    for minutes in (-45, 15, -45, -30, 30, 45, -15):
        application.sql(INSERT, at=change + timedelta(minutes=minutes))
    settable_clock.now = change + timedelta(hours=4)
    assert [pipeline.extract_and_publish(limit=2).rows for _ in range(5)] == [2, 2, 2, 1, 0]
    pipeline.load()
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize(("lag", "found"), [(None, 2), (0.0, 1)], ids=["default lag of two seconds", "no lag"])
def test_the_lag_covers_a_timestamp_taken_before_the_transaction(
    pipeline: TablePipeline, settable_clock: SourceAtTestTime, application: Application, lag: float | None, found: int
) -> None:
    """The server does not list the transaction until it begins. Without a lag its row is missed."""
    pipeline.change(lag=lag)
    start = datetime(2026, 7, 1, 12, tzinfo=UTC)
    ((stamp,),) = application.sql("SELECT NOW(6)", at=start)
    application.sql(INSERT, at=start + timedelta(seconds=0.5))
    settable_clock.now = start + timedelta(seconds=1.9)
    pipeline.extract_and_publish()
    application.sql(f"INSERT INTO orders (updated_at, amount) VALUES ('{stamp}', 2)", at=settable_clock.now)
    settable_clock.now = start + timedelta(minutes=1)
    pipeline.extract_and_publish()
    pipeline.load()
    assert len(pipeline.rows()) == found
