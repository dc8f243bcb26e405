"""The safe point: no run reads past rows that may still be committed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.clock import ClockReading, Observation, Writer
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.safe_point import SECOND, id_safe_point, time_safe_point
from mysql_redshift.errors import SourceError, WindowHeld
from tests.fakes.specs import at

NOW = 1_790_000_000 * SECOND
CURSOR = Cursor(column="c", kind=CursorKind.TIMESTAMP, resolution=SECOND)


def writer(age: float, thread: int = 7) -> Writer:
    return Writer(thread=thread, user="app", started=NOW - round(age * SECOND), kind="transaction")


def reading(*writers: Writer, visible: bool = True) -> ClockReading:
    return ClockReading(now=NOW, writers=writers, visible=visible, server_uuid="u")


def seen(maximum: int | None, *writers: Writer, at_: int = NOW, visible: bool = True) -> Observation:
    return Observation(maximum=maximum, writers=writers, visible=visible, taken_at=at_)


def test_the_oldest_writer_limits_the_window() -> None:
    """Lesson L05: the timestamp of a row committed late is never older than the start of its transaction."""
    point = time_safe_point(reading(writer(5), writer(40, 8)), CURSOR, lag=None, max_hold=3600, position=None)
    assert point.upper == at(NOW - 42 * SECOND)
    assert "thread 8" in point.reason


@pytest.mark.parametrize(("visible", "lag", "seconds"), [(True, None, 2), (False, None, 30), (True, 11.0, 11)])
def test_the_default_lag_depends_on_whether_writers_are_visible(visible: bool, lag: float | None, seconds: int) -> None:
    """It is 2 s if transactions are visible and 30 s if not; the reason states it."""
    point = time_safe_point(reading(visible=visible), CURSOR, lag=lag, max_hold=3600, position=None)
    assert point.upper == at(NOW - seconds * SECOND)
    assert f"{seconds:g} s lag" in point.reason


@pytest.mark.parametrize(
    ("behind", "seconds", "reason"),
    [(7, 37, "minus 7 s replica lag"), (None, 30, "does not report its lag")],
)
def test_replica_lag_is_subtracted_from_the_safe_point(behind: int | None, seconds: int, reason: str) -> None:
    """The replica's clock advances while its applier is behind."""
    late = replace(reading(visible=False), replica=True, seconds_behind=behind)
    point = time_safe_point(late, CURSOR, lag=None, max_hold=3600, position=None)
    assert point.upper == at(NOW - seconds * SECOND)
    assert reason in point.reason


def test_a_writer_open_longer_than_max_hold_fails_the_run() -> None:
    """Lesson S11: an idle transaction must not hold the window back unnoticed. The error names the session."""
    with pytest.raises(WindowHeld, match=r"thread 7.*app(.|\n)*KILL 7"):
        time_safe_point(reading(writer(3601)), CURSOR, lag=None, max_hold=3600, position=None)


def test_a_clock_behind_the_watermark_fails_the_run() -> None:
    """A server whose clock was set back assigns timestamps below the watermark, which no run would read."""
    with pytest.raises(SourceError, match="clock"):
        time_safe_point(reading(), CURSOR, lag=None, max_hold=3600, position=at(NOW + 1))


def test_a_maximum_is_used_immediately_if_no_writer_is_open() -> None:
    """No lower id can be committed later."""
    point = id_safe_point(seen(41), None, lag=None, max_hold=3600)
    assert point.upper is not None
    assert point.upper.value == 42


def test_a_maximum_is_not_used_while_its_writers_are_open() -> None:
    """Lesson L05b: id 40 may still be uncommitted while 41 is visible."""
    point = id_safe_point(seen(41, writer(1)), None, lag=None, max_hold=3600)
    assert point.upper is None
    assert point.observation == seen(41, writer(1))


def test_the_previous_maximum_is_used_after_its_writers_have_ended() -> None:
    """The current observation is kept for the next run."""
    now = seen(90, writer(1, 9))
    point = id_safe_point(now, seen(41, writer(500, 7), at_=NOW - 400 * SECOND), lag=None, max_hold=3600)
    assert point.upper is not None
    assert point.upper.value == 42
    assert point.observation == now


def test_the_previous_observation_is_kept_while_a_writer_is_open() -> None:
    """If it were replaced, a continuous stream of new writers could block the table forever."""
    previous = seen(41, writer(500, 7), at_=NOW - 400 * SECOND)
    point = id_safe_point(seen(90, writer(500, 7)), previous, lag=None, max_hold=3600)
    assert point.upper is None
    assert point.observation == previous


def test_a_new_transaction_of_the_same_thread_is_a_different_writer() -> None:
    """The transaction that was observed has ended."""
    previous = seen(41, writer(500, 7), at_=NOW - 400 * SECOND)
    point = id_safe_point(seen(90, writer(10, 7)), previous, lag=None, max_hold=3600)
    assert point.upper is not None


@pytest.mark.parametrize("ages", [(500, 1), (1, 500)], ids=["statement last", "transaction last"])
def test_a_writer_that_also_runs_a_statement_is_still_open(ages: tuple[int, int]) -> None:
    """L18: its transaction and its statement are two entries of one thread; the later start must not hide the other."""
    previous = seen(41, writer(500, 7), at_=NOW - 400 * SECOND)
    now = seen(90, *(writer(age, 7) for age in ages))
    assert id_safe_point(now, previous, lag=None, max_hold=3600).upper is None


def test_an_observation_without_visible_writers_is_used_after_the_lag() -> None:
    """Without the PROCESS privilege the default lag of 30 s applies."""
    assert id_safe_point(seen(9, visible=False), None, lag=None, max_hold=60).upper is None
    young = seen(9, at_=NOW - 29 * SECOND, visible=False)
    old = seen(9, at_=NOW - 30 * SECOND, visible=False)
    assert id_safe_point(seen(12, visible=False), young, lag=None, max_hold=60).upper is None
    assert id_safe_point(seen(12, visible=False), old, lag=None, max_hold=60).upper is not None


def test_blind_observations_of_a_replica_wait_for_its_lag_as_well() -> None:
    """The previous maximum may be as new as the clock; the replica must have applied everything up to then."""
    young = seen(9, at_=NOW - 99 * SECOND, visible=False)
    old = seen(9, at_=NOW - 100 * SECOND, visible=False)
    now = seen(12, visible=False)
    assert id_safe_point(now, young, lag=30.0, max_hold=60, seconds_behind=70).upper is None
    assert id_safe_point(now, old, lag=30.0, max_hold=60, seconds_behind=70).upper is not None


def test_the_remedy_for_a_held_window_fits_the_writer() -> None:
    """A writer that cannot be seen cannot be terminated; on RDS and Aurora KILL is not allowed."""
    with pytest.raises(WindowHeld) as held:
        time_safe_point(reading(writer(4000, 7)), CURSOR, lag=None, max_hold=3600, position=None)
    assert "KILL 7" in held.value.remedy
    assert "mysql.rds_kill(7)" in held.value.remedy
    unseen = seen(9, at_=NOW - 5000 * SECOND, visible=False)
    with pytest.raises(WindowHeld) as blind:
        id_safe_point(seen(12, visible=False), unseen, lag=7200, max_hold=3600)
    assert "KILL" not in blind.value.remedy
    assert "PROCESS" in blind.value.remedy
