"""Plays one schedule: run by run, fault by fault, retry by retry; afterwards everything has to add up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import TransientError
from mysql_redshift.steps.state.session_labels import attempt_label
from tests.faults.attempt import Job, Outcome, Point, Progress, Strike, attempt
from tests.faults.look import look
from tests.faults.place import Place
from tests.faults.s3_answers import S3Answer
from tests.faults.schedule import RUNS, ClusterFault, Fault, Schedule, Shape

ROWS = 25
MOST_RUNS = 20  # until the safe point, which other schedules' statements hold back, has passed every row
NEW_ROWS = {
    "first": ", ".join(["(UTC_TIMESTAMP(6), 1.25, NULL)"] * ROWS),
    "second": "(UTC_TIMESTAMP(6), 2, ''), (UTC_TIMESTAMP(6), 3, 'x')",
}
UPDATES = "UPDATE {t} SET updated_at = UTC_TIMESTAMP(6), amount = amount + 1, note = 'changed' WHERE id % 5 = 0"
DELETES = "DELETE FROM {t} WHERE id % 7 = 0"


@dataclass(frozen=True, kw_only=True)
class Played:
    """The kills that struck, and how many faults of any kind did."""

    kills: tuple[Strike, ...]
    struck: int


def play(place: Place, schedule: Schedule) -> Played:
    """Play a schedule on a new table; raise AssertionError, naming it, where something does not add up."""
    spec = place.new_table(schedule.shape)
    label = attempt_label("faults", spec.source.table)
    kills: list[Strike] = []
    struck = 0
    try:
        for run in RUNS:
            change(place, spec, schedule.shape, run)
            progress = Progress()
            for fault in schedule.faults[run]:
                outcome, hit = _faulted(place, spec, label, progress, fault)
                assert outcome.error is None or isinstance(outcome.error, TransientError), outcome.error
                struck += hit
                if isinstance(fault, Strike) and outcome.killed:
                    kills.append(fault)
            if schedule.cleared[run]:
                progress = Progress()
            _finish(place, spec, label, progress)
        check(place, spec, label)
    except Exception as exc:
        exc.add_note(str(schedule))
        raise
    return Played(kills=tuple(kills), struck=struck)


def trace(place: Place, shape: Shape) -> dict[str, tuple[Point, ...]]:
    """Return the points that both runs of a shape pass where nothing fails."""
    spec = place.new_table(shape)
    found = {}
    for run in RUNS:
        change(place, spec, shape, run)
        outcome = attempt(_job(place, spec, "trace " + secrets.token_hex(8), Progress()), place.cut)
        assert outcome.error is None, outcome.error
        found[run] = tuple(point for side, point in outcome.trace if side == "after")
    return found


def change(place: Place, spec: TableSpec, shape: Shape, run: str) -> None:
    """Change the source as applications do; only what the shape's cursor can see."""
    table = spec.source.table
    place.sql(f"INSERT INTO {table} (updated_at, amount, note) VALUES {NEW_ROWS[run]}")
    if run == "second" and shape is not Shape.APPEND:
        place.sql(UPDATES.format(t=table))
    if run == "second" and shape is Shape.REPLACE:
        place.sql(DELETES.format(t=table))
    place.sql("DO SLEEP(0.01)")  # past the clock's resolution, so that the safe point is above the rows


def check(place: Place, spec: TableSpec, label: str) -> None:
    """Target equals source; log, ledger, state and files tell one story."""
    facts = look(spec, place.environment)
    for _ in range(MOST_RUNS):
        if not facts.behind:
            break
        _finish(place, spec, label, Progress())
        facts = look(spec, place.environment)
    assert facts.target == facts.source
    assert facts.cache_agrees
    assert facts.strangers == []


def _finish(place: Place, spec: TableSpec, label: str, progress: Progress) -> None:
    """Make the attempt that nothing strikes."""
    done = attempt(_job(place, spec, label, progress), place.cut)
    assert done.error is None, done.error
    assert not done.killed


def _job(place: Place, spec: TableSpec, label: str, progress: Progress, strike: Strike | None = None) -> Job:
    return Job(
        spec=spec,
        request=RunRequest(),
        label=label,
        progress=progress,
        environment=place.environment,
        strike=strike,
    )


def _faulted(place: Place, spec: TableSpec, label: str, progress: Progress, fault: Fault) -> tuple[Outcome, bool]:
    """Make one attempt under a fault; tell whether it struck."""
    if isinstance(fault, Strike):
        outcome = attempt(_job(place, spec, label, progress, fault), place.cut)
        return outcome, outcome.struck
    if isinstance(fault, S3Answer):
        with place.s3.ordered(fault):
            return attempt(_job(place, spec, label, progress), place.cut), place.s3.struck > 0
    return _in_cluster(place, spec, label, progress, fault)


def _in_cluster(
    place: Place, spec: TableSpec, label: str, progress: Progress, fault: ClusterFault
) -> tuple[Outcome, bool]:
    pattern = f"{label}*"
    place.order(fault=fault.kind, application_name=pattern, matching=fault.matching, seconds=fault.seconds)
    outcome = attempt(_job(place, spec, label, progress, fault.strike), place.cut)
    place.order(withdraw=pattern)
    return outcome, outcome.error is not None or outcome.killed
