"""How far a run may read (DESIGN.md, rule 1)."""

from __future__ import annotations

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


def test_the_oldest_writer_bounds_the_window() -> None:
    """L5: a row that is committed late has its timestamp after its transaction's start, so that start is the bound."""
    point = time_safe_point(reading(writer(5), writer(40, 8)), CURSOR, lag=None, max_hold=3600, position=None)
    assert point.upper == at(NOW - 42 * SECOND)
    assert "thread 8" in point.reason


@pytest.mark.parametrize(("visible", "lag", "seconds"), [(True, None, 2), (False, None, 30), (True, 11.0, 11)])
def test_the_lag_depends_on_what_can_be_seen(visible: bool, lag: float | None, seconds: int) -> None:
    """Two seconds where transactions are visible, thirty where not, and the bound says so."""
    point = time_safe_point(reading(visible=visible), CURSOR, lag=lag, max_hold=3600, position=None)
    assert point.upper == at(NOW - seconds * SECOND)
    assert f"{seconds:g} s lag" in point.reason


def test_a_writer_open_for_too_long_fails_and_is_named() -> None:
    """S11: an idle transaction does not freeze the window for a day of green runs."""
    with pytest.raises(WindowHeld, match=r"thread 7.*app(.|\n)*KILL 7"):
        time_safe_point(reading(writer(3601)), CURSOR, lag=None, max_hold=3600, position=None)


def test_a_clock_below_the_watermark_fails() -> None:
    """A server whose clock went back would hand out timestamps that were read already."""
    with pytest.raises(SourceError, match="clock"):
        time_safe_point(reading(), CURSOR, lag=None, max_hold=3600, position=at(NOW + 1))


def test_a_maximum_without_writers_is_used_at_once() -> None:
    """No writer is open: no lower id can still appear."""
    point = id_safe_point(seen(41), None, lag=None, max_hold=3600)
    assert point.upper is not None
    assert point.upper.value == 42


def test_a_maximum_waits_for_its_writers() -> None:
    """L5b: id 40 may still be uncommitted while 41 is visible."""
    point = id_safe_point(seen(41, writer(1)), None, lag=None, max_hold=3600)
    assert point.upper is None
    assert point.observation == seen(41, writer(1))


def test_the_previous_maximum_is_used_once_its_writers_ended() -> None:
    """The previous observation becomes usable; the present one is kept for the next run."""
    now = seen(90, writer(1, 9))
    point = id_safe_point(now, seen(41, writer(500, 7), at_=NOW - 400 * SECOND), lag=None, max_hold=3600)
    assert point.upper is not None
    assert point.upper.value == 42
    assert point.observation == now


def test_the_previous_observation_is_kept_while_a_writer_stays() -> None:
    """A stream of new writers cannot starve the table, since the old observation is not replaced."""
    previous = seen(41, writer(500, 7), at_=NOW - 400 * SECOND)
    point = id_safe_point(seen(90, writer(500, 7)), previous, lag=None, max_hold=3600)
    assert point.upper is None
    assert point.observation == previous


def test_a_thread_that_began_anew_counts_as_ended() -> None:
    """The same connection in a later transaction is another writer."""
    previous = seen(41, writer(500, 7), at_=NOW - 400 * SECOND)
    point = id_safe_point(seen(90, writer(10, 7)), previous, lag=None, max_hold=3600)
    assert point.upper is not None


def test_blind_observations_wait_for_the_lag() -> None:
    """Without PROCESS only time tells: thirty seconds."""
    assert id_safe_point(seen(9, visible=False), None, lag=None, max_hold=60).upper is None
    young = seen(9, at_=NOW - 29 * SECOND, visible=False)
    old = seen(9, at_=NOW - 30 * SECOND, visible=False)
    assert id_safe_point(seen(12, visible=False), young, lag=None, max_hold=60).upper is None
    assert id_safe_point(seen(12, visible=False), old, lag=None, max_hold=60).upper is not None
