"""No row is missed when the clocks change, nor from an application that takes its time before it begins."""

from __future__ import annotations

from collections.abc import Iterator
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
CHANGES = [
    pytest.param(datetime(2026, 3, 29, 1, tzinfo=UTC), id="an hour is left out"),
    pytest.param(datetime(2026, 10, 25, 1, tzinfo=UTC), id="an hour is repeated"),
]
MINUTES = (-70, -61, -59, -30, -1, 1, 30, 59, 61, 90)  # from the change: into, through and out of the hours around it
INSERT = "INSERT INTO orders (updated_at, amount) VALUES (NOW(6), 1)"


@dataclass
class Moved:
    """The real server on another day. Who writes is its own answer; what the time is, and since when, is the test's."""

    source: Source
    now: datetime = EPOCH
    opened: dict[int, datetime] = field(default_factory=dict)

    def clock(self) -> ClockReading:
        reading = self.source.clock()
        known = [w for w in reading.writers if w.thread in self.opened]
        started = [self.opened[w.thread].replace(microsecond=0) for w in known]  # as the server tells it
        writers = tuple(replace(w, started=to_micros(at)) for w, at in zip(known, started, strict=True))
        return replace(reading, now=to_micros(self.now), writers=writers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


@dataclass
class Application:
    """A connection whose clock is the server's own, in the server's zone, on the day of the test."""

    connection: Any
    clock: Moved

    def sql(self, statement: str, *, at: datetime) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET timestamp = {at.timestamp():.6f}")
            cursor.execute(statement)
            return list(cursor.fetchall())

    def begin(self, *, at: datetime) -> None:
        """Insert a row and leave it open."""
        self.clock.opened[self.connection.thread_id()] = at
        self.sql("BEGIN", at=at)
        self.sql(INSERT, at=at)


@pytest.fixture
def moved(pipeline: TablePipeline) -> Moved:
    """The way's source, at a time of the test's own."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="Europe/Berlin"))
    found = Moved(pipeline.clients.source)
    pipeline.clients.__dict__["source"] = found
    return found


@pytest.fixture
def application(pipeline: TablePipeline, moved: Moved, mysql_server: MySQLStatus) -> Iterator[Application]:
    """The table's writer."""
    assert mysql_server.system_zone == "Europe/Berlin"
    with closing(connect_mysql(mysql_server, database=pipeline.spec.source.database)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET time_zone = 'SYSTEM'")
        yield Application(connection, moved)


@pytest.mark.parametrize("change", CHANGES)
def test_no_row_is_missed_when_the_clocks_change(
    pipeline: TablePipeline, moved: Moved, application: Application, change: datetime
) -> None:
    """Rows come on time and late; no position lies inside the repeated hour, and outside of it no row has to wait."""
    late, written, read = False, 0, 0
    for minutes in MINUTES:
        at = change + timedelta(minutes=minutes)
        if late:
            application.sql("COMMIT", at=at)
        application.sql(INSERT, at=at)
        late = not late
        if late:
            application.begin(at=at + timedelta(seconds=1))
        written += 1 + late
        moved.now = at + timedelta(seconds=2)
        entry = pipeline.extract_and_publish()
        read += entry.rows
        assert entry.position_to is not None
        assert not ambiguous(EPOCH + timedelta(microseconds=entry.position_to.value))
        assert late or ambiguous(moved.now) or read == written
    application.sql("COMMIT", at=at)
    moved.now = change + timedelta(hours=4)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.verify(*Check)
    assert len(pipeline.rows()) == written
    assert pipeline.rows() == pipeline.source_rows()


def ambiguous(moment: datetime) -> bool:
    """Whether a clock on a wall in Berlin shows this time twice."""
    wall = moment.astimezone(BERLIN)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def test_a_limit_stops_and_goes_on_within_the_repeated_hour(
    pipeline: TablePipeline, moved: Moved, application: Application
) -> None:
    """Both passes of the hour are in the past by then, and rows are read in the order of the wall's clock."""
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    for minutes in (-45, 15, -45, -30, 30, 45, -15):
        application.sql(INSERT, at=change + timedelta(minutes=minutes))
    moved.now = change + timedelta(hours=4)
    assert [pipeline.extract_and_publish(limit=2).rows for _ in range(5)] == [2, 2, 2, 1, 0]
    pipeline.load()
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize(("lag", "found"), [(None, 2), (0.0, 1)], ids=["two seconds, the default", "none"])
def test_an_application_that_takes_its_time_before_the_transaction_is_waited_for_by_the_lag(
    pipeline: TablePipeline, moved: Moved, application: Application, lag: float | None, found: int
) -> None:
    """It asks the time, and begins a while later: until then no list shows it. Without a lag its row is missed."""
    pipeline.change(lag=lag)
    start = datetime(2026, 7, 1, 12, tzinfo=UTC)
    ((stamp,),) = application.sql("SELECT NOW(6)", at=start)
    application.sql(INSERT, at=start + timedelta(seconds=0.5))
    moved.now = start + timedelta(seconds=1.9)
    pipeline.extract_and_publish()
    application.sql(f"INSERT INTO orders (updated_at, amount) VALUES ('{stamp}', 2)", at=moved.now)
    moved.now = start + timedelta(minutes=1)
    pipeline.extract_and_publish()
    pipeline.load()
    assert len(pipeline.rows()) == found
