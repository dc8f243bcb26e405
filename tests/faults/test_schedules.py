"""Runs that fail at every port call and are retried as Airflow does lose no row and duplicate none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest

from tests.faults.proxied_servers import ProxiedServers
from tests.faults.schedule import Schedule, Traces, all_kills, schedules
from tests.faults.schedule_runner import ScheduleResult, run_schedule

pytestmark = [pytest.mark.stack, pytest.mark.faults, pytest.mark.slow]

COUNT = int(os.environ.get("FAULT_SCHEDULES", "300"))
BATCHES = 10
MAX_REPEATS = 5  # of a schedule whose kill did not occur
RESULTS: dict[int, ScheduleResult] = {}  # by schedule number; the last test checks all of them


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_fault_schedule_loses_or_duplicates_a_row(
    server_sets: Sequence[Sequence[ProxiedServers]], traces: Traces, seed: int, batch: int
) -> None:
    """After each schedule the target equals the source, the cache matches the log, and S3 has no unknown object."""
    chosen = [schedule for schedule in schedules(traces, seed=seed, count=COUNT) if schedule.number % BATCHES == batch]
    idle_servers: SimpleQueue[Sequence[ProxiedServers]] = SimpleQueue()
    for servers in server_sets:
        idle_servers.put(servers)

    def run(schedule: Schedule) -> tuple[int, ScheduleResult]:
        servers = idle_servers.get()
        try:
            return schedule.number, run_until_killed(servers[schedule.flavor % len(servers)], schedule)
        finally:
            idle_servers.put(servers)

    with ThreadPoolExecutor(len(server_sets)) as pool:
        RESULTS.update(pool.map(run, chosen))


def run_until_killed(servers: ProxiedServers, schedule: Schedule) -> ScheduleResult:
    """Run a schedule until its kill occurs.

    A statement of the schedule that runs in parallel may hold the safe point below a run's rows. That run reads nothing
    and does not reach the calls of its extract; its result is checked like any other, and the schedule runs again.
    """
    for _ in range(MAX_REPEATS):
        result = run_schedule(servers, schedule)
        if schedule.kill in result.kills:
            break
    return result


def test_every_port_call_was_killed_before_and_after(traces: Traces, seed: int) -> None:
    """The trace without faults lists each S3 request, statement and COMMIT; the schedules cover all of them."""
    planned = {schedule.number: schedule for schedule in schedules(traces, seed=seed, count=COUNT)}
    if RESULTS.keys() != planned.keys():
        pytest.fail("The schedules before this test did not all succeed, or were not chosen: run the whole module")
    kills = {kill for _, _, kill in all_kills(traces)}
    missed = [schedule for number, schedule in planned.items() if schedule.kill not in RESULTS[number].kills]
    assert [str(schedule) for schedule in missed] == []
    assert len({schedule.kill for schedule in planned.values()}) == min(COUNT, len(kills))
    triggered = sum(result.triggered for result in RESULTS.values())
    print(f"seed {seed}: {COUNT} schedules, {triggered} faults occurred; {len(kills)} kills at {len(kills) // 2} calls")
