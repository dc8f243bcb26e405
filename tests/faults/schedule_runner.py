"""Run one schedule: two runs, their faults and retries; then compare source, target, log and S3."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import TransientError
from mysql_redshift.steps.state.session_labels import attempt_label
from tests.faults.attempt import FaultPoint, Job, Outcome, ProcessFault, Progress, run_attempt
from tests.faults.observed_state import observe_state
from tests.faults.proxied_servers import ProxiedServers
from tests.faults.s3_proxy import S3Fault
from tests.faults.schedule import RUNS, ClusterFault, Fault, Schedule, Shape

ROWS = 25
MAX_RUNS = 20  # other schedules' statements may hold the safe point below the last rows
NEW_ROWS = {
    "first": ", ".join(["(UTC_TIMESTAMP(6), 1.25, NULL)"] * ROWS),
    "second": "(UTC_TIMESTAMP(6), 2, ''), (UTC_TIMESTAMP(6), 3, 'x')",
}
UPDATES = "UPDATE {t} SET updated_at = UTC_TIMESTAMP(6), amount = amount + 1, note = 'changed' WHERE id % 5 = 0"
DELETES = "DELETE FROM {t} WHERE id % 7 = 0"


@dataclass(frozen=True, kw_only=True)
class ScheduleResult:
    """The kills that occurred, and the number of faults of any kind that occurred."""

    kills: tuple[ProcessFault, ...]
    triggered: int


def run_schedule(servers: ProxiedServers, schedule: Schedule) -> ScheduleResult:
    """Run a schedule on a new table; on failure the exception's notes name the schedule."""
    spec = servers.new_table(schedule.shape)
    label = attempt_label("faults", spec.source.table)
    kills: list[ProcessFault] = []
    triggered = 0
    try:
        for run in RUNS:
            change_source(servers, spec, schedule.shape, run)
            progress = Progress()
            for fault in schedule.faults[run]:
                outcome, was_triggered = _attempt_with_fault(servers, spec, label, progress, fault)
                assert outcome.error is None or isinstance(outcome.error, TransientError), outcome.error
                triggered += was_triggered
                if isinstance(fault, ProcessFault) and outcome.killed:
                    kills.append(fault)
            if schedule.cleared[run]:
                progress = Progress()
            _finish(servers, spec, label, progress)
        check_state(servers, spec, label)
    except Exception as exc:
        exc.add_note(str(schedule))
        raise
    return ScheduleResult(kills=tuple(kills), triggered=triggered)


def trace_runs(servers: ProxiedServers, shape: Shape) -> dict[str, tuple[FaultPoint, ...]]:
    """Return the port calls of both runs of a shape without faults."""
    spec = servers.new_table(shape)
    found = {}
    for run in RUNS:
        change_source(servers, spec, shape, run)
        outcome = run_attempt(
            _job(servers, spec, "trace " + secrets.token_hex(8), Progress()), servers.drop_connections
        )
        assert outcome.error is None, outcome.error
        found[run] = tuple(point for side, point in outcome.trace if side == "after")
    return found


def change_source(servers: ProxiedServers, spec: TableSpec, shape: Shape, run: str) -> None:
    """Change the source as applications do, but only in ways that the shape's cursor detects."""
    table = spec.source.table
    servers.sql(f"INSERT INTO {table} (updated_at, amount, note) VALUES {NEW_ROWS[run]}")
    if run == "second" and shape is not Shape.APPEND:
        servers.sql(UPDATES.format(t=table))
    if run == "second" and shape is Shape.REPLACE:
        servers.sql(DELETES.format(t=table))
    servers.sql("DO SLEEP(0.01)")  # longer than the clock's resolution, so that the safe point is above the rows


def check_state(servers: ProxiedServers, spec: TableSpec, label: str) -> None:
    """Assert that the target equals the source, the watermark cache matches the log, and S3 has no unknown object."""
    state = observe_state(spec, servers.environment)
    for _ in range(MAX_RUNS):
        if not state.behind:
            break
        _finish(servers, spec, label, Progress())
        state = observe_state(spec, servers.environment)
    assert state.target == state.source
    assert state.cache_agrees
    assert state.unknown_keys == []


def _finish(servers: ProxiedServers, spec: TableSpec, label: str, progress: Progress) -> None:
    """Run an attempt without faults, which must succeed."""
    outcome = run_attempt(_job(servers, spec, label, progress), servers.drop_connections)
    assert outcome.error is None, outcome.error
    assert not outcome.killed


def _job(
    servers: ProxiedServers, spec: TableSpec, label: str, progress: Progress, fault: ProcessFault | None = None
) -> Job:
    return Job(
        spec=spec,
        request=RunRequest(),
        label=label,
        progress=progress,
        environment=servers.environment,
        fault=fault,
    )


def _attempt_with_fault(
    servers: ProxiedServers, spec: TableSpec, label: str, progress: Progress, fault: Fault
) -> tuple[Outcome, bool]:
    """Run one attempt with a fault; return its outcome and whether the fault occurred."""
    if isinstance(fault, ProcessFault):
        outcome = run_attempt(_job(servers, spec, label, progress, fault), servers.drop_connections)
        return outcome, outcome.triggered
    if isinstance(fault, S3Fault):
        with servers.s3.ordered(fault):
            return run_attempt(_job(servers, spec, label, progress), servers.drop_connections), servers.s3.triggered > 0
    return _attempt_with_cluster_fault(servers, spec, label, progress, fault)


def _attempt_with_cluster_fault(
    servers: ProxiedServers, spec: TableSpec, label: str, progress: Progress, fault: ClusterFault
) -> tuple[Outcome, bool]:
    pattern = f"{label}*"
    servers.order_fault(fault=fault.kind, application_name=pattern, matching=fault.matching, seconds=fault.seconds)
    outcome = run_attempt(_job(servers, spec, label, progress, fault.process_fault), servers.drop_connections)
    servers.order_fault(withdraw=pattern)
    return outcome, outcome.error is not None or outcome.killed
