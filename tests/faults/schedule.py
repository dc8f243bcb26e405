"""Schedules: which faults strike which run of which table, all decided by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.attempt import Point, Strike
from tests.faults.s3_answers import S3Answer

SIDES = ("before", "after")
LINES = ("bastion", "mysql")


class Shape(StrEnum):
    """How the table travels."""

    MERGE = "merge"
    INTRA_TABLE = "intra-table"
    APPEND = "append"
    REPLACE = "replace"


@dataclass(frozen=True, kw_only=True)
class ClusterFault:
    """An order to the stand-in for the load's session; ``strike`` kills the worker as well."""

    kind: str
    matching: str = ""
    seconds: float = 0.0
    strike: Strike | None = None


Fault = Strike | S3Answer | ClusterFault
RUNS = ("first", "second")  # the first makes ledger and target, the second finds them


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Two runs of one new table. Each fault strikes an attempt of its own; a retry without faults ends each run.

    ``kill`` is the fault that the schedule is there for: it comes first in its run, so it is always reached.
    ``cleared`` tells of each run whether it is begun anew after its faults, as an operator may do, instead of retried.
    """

    seed: int
    number: int
    shape: Shape
    flavor: int
    kill: Strike
    faults: Mapping[str, tuple[Fault, ...]]
    cleared: Mapping[str, bool]

    def __str__(self) -> str:
        told = "; ".join(f"{run} run: {', '.join(map(str, self.faults[run])) or 'no fault'}" for run in RUNS)
        return f"FAULT_SEED={self.seed}, schedule {self.number}, {self.shape}: {told}"


Traces = Mapping[tuple[Shape, str], Sequence[Point]]


def killings(traces: Traces) -> list[tuple[Shape, str, Strike]]:
    """Return one kill before and one after every point that any run of any shape passes."""
    found: dict[Point, tuple[Shape, str]] = {}
    for where, points in traces.items():
        for point in points:
            found.setdefault(point, where)
    return [(*where, Strike(point=point, side=side)) for point, where in found.items() for side in SIDES]


def schedules(traces: Traces, *, seed: int, count: int) -> Iterator[Schedule]:
    """Yield ``count`` schedules; together they hold every kill of ``killings`` as often as the others, or nearly."""
    rng = random.Random(seed)
    kills = killings(traces)
    rng.shuffle(kills)
    for number in range(count):
        shape, run, kill = kills[number % len(kills)]
        points = {name: traces[shape, name] for name in RUNS}
        faults: dict[str, list[Fault]] = {name: [] for name in RUNS}
        faults[run].append(kill)
        if rng.random() < 0.4:
            faults[run].append(_any_fault(rng, points[run]))
        other = RUNS[1 - RUNS.index(run)]
        if rng.random() < 0.6:
            faults[other].append(_any_fault(rng, points[other]))
        yield Schedule(
            seed=seed,
            number=number,
            shape=shape,
            flavor=rng.randrange(2),
            kill=kill,
            faults={name: tuple(found) for name, found in faults.items()},
            cleared={name: rng.random() < 0.2 for name in RUNS},
        )


def _any_fault(rng: random.Random, points: Sequence[Point]) -> Fault:
    kind = rng.choice(("kill", "cut", "s3", "cluster"))
    if kind == "kill":
        return Strike(point=rng.choice(points), side=rng.choice(SIDES))
    if kind == "cut":
        line = rng.choice(LINES)
        return Strike(point=rng.choice(points), side=rng.choice(SIDES), line=line)
    if kind == "s3":
        return _s3_answer(rng)
    return _cluster_fault(rng, points)


def _s3_answer(rng: random.Random) -> S3Answer:
    """One answer that botocore's retry meets, or more than it has tries."""
    about = rng.choice(("/log/", "/data/", "/copy/", "watermark.json"))
    method = "PUT" if about == "/copy/" else rng.choice(("PUT", "GET", "HEAD"))
    kinds = ["500", "503", "refused", "lost", "stalled"]
    if method == "PUT" and about == "/log/":
        kinds += ["409", "lost", "lost"]
    kind = rng.choice(kinds)
    return S3Answer(kind=kind, method=method, about=about, count=1 if kind == "stalled" else rng.choice((1, 1, 9)))


def _cluster_fault(rng: random.Random, points: Sequence[Point]) -> ClusterFault:
    kind = rng.choice(
        ("drop_at_parse", "drop_during_copy", "drop_before_commit", "drop_after_commit", "error_1023_once", "linger")
    )
    if kind == "drop_at_parse":
        return ClusterFault(kind=kind, matching=rng.choice(("LOCK", "COPY", "INSERT INTO", "DELETE", "CREATE")))
    if kind != "linger":
        return ClusterFault(kind=kind)
    loading = [point for point in points if point.step == "load" and point.call.startswith("redshift")]
    return ClusterFault(kind=kind, seconds=20.0, strike=Strike(point=rng.choice(loading), side="after"))
