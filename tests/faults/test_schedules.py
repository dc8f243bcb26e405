"""Killed, cut and refused at every point, and retried as Airflow would: no row is lost, none is doubled."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest

from tests.faults.place import Place
from tests.faults.play import Played, play
from tests.faults.schedule import Schedule, Traces, killings, schedules

pytestmark = [pytest.mark.stack, pytest.mark.faults, pytest.mark.slow]

COUNT = int(os.environ.get("FAULT_SCHEDULES", "300"))
BATCHES = 10
MOST_PLAYS = 5  # of a schedule whose kill did not strike
STRUCK: dict[int, Played] = {}  # by schedule: the last test looks at all of them


@pytest.mark.parametrize("batch", range(BATCHES))
def test_schedules(places: Sequence[Sequence[Place]], traces: Traces, seed: int, batch: int) -> None:
    """After each, the target equals the source, the checks agree, the state is readable, nothing lies about."""
    mine = [schedule for schedule in schedules(traces, seed=seed, count=COUNT) if schedule.number % BATCHES == batch]
    idle: SimpleQueue[Sequence[Place]] = SimpleQueue()
    for player in places:
        idle.put(player)

    def played(schedule: Schedule) -> tuple[int, Played]:
        player = idle.get()
        try:
            return schedule.number, play_until_killed(player[schedule.flavor % len(player)], schedule)
        finally:
            idle.put(player)

    with ThreadPoolExecutor(len(places)) as pool:
        STRUCK.update(pool.map(played, mine))


def play_until_killed(place: Place, schedule: Schedule) -> Played:
    """Play a schedule until its kill strikes.

    Another player's statement may hold a run's safe point below its rows. That run reads nothing, so that it never
    comes to a point of its extract; it is checked like any other, and the schedule is played again.
    """
    for _ in range(MOST_PLAYS):
        played = play(place, schedule)
        if schedule.kill in played.kills:
            break
    return played


def test_every_point_was_killed_before_and_after(traces: Traces, seed: int) -> None:
    """The fault-free trace lists each S3 request, each statement, each COMMIT; none is left out."""
    planned = {schedule.number: schedule for schedule in schedules(traces, seed=seed, count=COUNT)}
    if STRUCK.keys() != planned.keys():
        pytest.fail("The schedules before this test did not all succeed, or were not chosen: run the whole module")
    kills = {kill for _, _, kill in killings(traces)}
    missed = [schedule for number, schedule in planned.items() if schedule.kill not in STRUCK[number].kills]
    assert [str(schedule) for schedule in missed] == []
    assert len({schedule.kill for schedule in planned.values()}) == min(COUNT, len(kills))
    struck = sum(played.struck for played in STRUCK.values())
    print(f"seed {seed}: {COUNT} schedules, {struck} faults struck; {len(kills)} kills at {len(kills) // 2} points")
