"""Fault schedules: which faults occur in which run of which kind of table, derived from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.attempt import FaultPoint, ProcessFault
from tests.faults.s3_proxy import S3Fault

SIDES = ("before", "after")
PROXIES = ("bastion", "mysql")


class Shape(StrEnum):
    """How the table is loaded."""

    MERGE = "merge"
    INTRA_TABLE = "intra-table"
    APPEND = "append"
    REPLACE = "replace"


@dataclass(frozen=True, kw_only=True)
class ClusterFault:
    """A fault that the stand-in injects into the load's session; ``process_fault`` additionally kills the worker."""

    kind: str
    matching: str = ""
    seconds: float = 0.0
    process_fault: ProcessFault | None = None


Fault = ProcessFault | S3Fault | ClusterFault
RUNS = ("first", "second")  # the first run creates ledger and target


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Two runs of one new table. Each fault gets a separate attempt; a final attempt without faults completes each run.

    ``kill`` is the fault that the schedule must cover: it is the first fault of its run, so it is always reached.
    ``cleared``: per run, whether it starts again from plan after its faults, as if an operator had cleared its tasks.
    """

    seed: int
    number: int
    shape: Shape
    flavor: int
    kill: ProcessFault
    faults: Mapping[str, tuple[Fault, ...]]
    cleared: Mapping[str, bool]

    def __str__(self) -> str:
        text = "; ".join(f"{run} run: {', '.join(map(str, self.faults[run])) or 'no fault'}" for run in RUNS)
        return f"FAULT_SEED={self.seed}, schedule {self.number}, {self.shape}: {text}"


Traces = Mapping[tuple[Shape, str], Sequence[FaultPoint]]


def all_kills(traces: Traces) -> list[tuple[Shape, str, ProcessFault]]:
    """Return one kill before and one after every port call of any run of any shape."""
    found: dict[FaultPoint, tuple[Shape, str]] = {}
    for run_of_shape, points in traces.items():
        for point in points:
            found.setdefault(point, run_of_shape)
    return [
        (*run_of_shape, ProcessFault(point=point, side=side)) for point, run_of_shape in found.items() for side in SIDES
    ]


def schedules(traces: Traces, *, seed: int, count: int) -> Iterator[Schedule]:
    """Yield ``count`` schedules, which cover the kills of ``all_kills`` evenly."""
    rng = random.Random(seed)
    kills = all_kills(traces)
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


def _any_fault(rng: random.Random, points: Sequence[FaultPoint]) -> Fault:
    kind = rng.choice(("kill", "cut", "s3", "cluster"))
    if kind == "kill":
        return ProcessFault(point=rng.choice(points), side=rng.choice(SIDES))
    if kind == "cut":
        proxy = rng.choice(PROXIES)
        return ProcessFault(point=rng.choice(points), side=rng.choice(SIDES), proxy=proxy)
    if kind == "s3":
        return _s3_fault(rng)
    return _cluster_fault(rng, points)


def _s3_fault(rng: random.Random) -> S3Fault:
    """Return an S3 fault: one that botocore's retries handle, or one that exceeds them."""
    path_part = rng.choice(("/log/", "/data/", "/copy/", "watermark.json"))
    method = "PUT" if path_part == "/copy/" else rng.choice(("PUT", "GET", "HEAD"))
    kinds = ["500", "503", "refused", "lost", "stalled"]
    if method == "PUT" and path_part == "/log/":
        kinds += ["409", "lost", "lost"]
    kind = rng.choice(kinds)
    return S3Fault(
        kind=kind, method=method, path_part=path_part, count=1 if kind == "stalled" else rng.choice((1, 1, 9))
    )


def _cluster_fault(rng: random.Random, points: Sequence[FaultPoint]) -> ClusterFault:
    kind = rng.choice(
        ("drop_at_parse", "drop_during_copy", "drop_before_commit", "drop_after_commit", "error_1023_once", "linger")
    )
    if kind == "drop_at_parse":
        return ClusterFault(kind=kind, matching=rng.choice(("LOCK", "COPY", "INSERT INTO", "DELETE", "CREATE")))
    if kind != "linger":
        return ClusterFault(kind=kind)
    load_points = [point for point in points if point.step == "load" and point.call.startswith("redshift")]
    return ClusterFault(
        kind=kind, seconds=20.0, process_fault=ProcessFault(point=rng.choice(load_points), side="after")
    )
