"""One attempt of a run in a process of its own, which may be killed at any point."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.steps.extract import extract
from mysql_redshift.steps.load import load
from mysql_redshift.steps.plan import plan
from mysql_redshift.steps.publish import publish
from mysql_redshift.steps.verify import verify
from tests.faults.ports import TracedEncoder, TracedSource, TracedStore, TracedWarehouse
from tests.faults.worker import Worker


@dataclass(frozen=True, order=True, kw_only=True)
class Point:
    """One port call of a run: the step, the call, and which of its kind in this step."""

    step: str
    call: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Strike:
    """Where something happens: the process ends itself with SIGKILL, or waits until the parent cut a ``line``."""

    point: Point
    side: str  # "before" or "after"
    line: str = ""  # "" is a kill; else "bastion" or "mysql"


@dataclass(kw_only=True)
class Progress:
    """What Airflow would hold of a run: each finished step's answer."""

    plan: Plan | None = None
    receipts: dict[int, Receipt] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One attempt: where it goes on, and where it dies. ``environment`` holds Airflow's connections."""

    spec: TableSpec
    request: RunRequest
    label: str
    progress: Progress
    environment: dict[str, str]
    strike: Strike | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an attempt ended: ``killed``, or with ``error``, or neither; whether its strike was reached; its points."""

    killed: bool
    struck: bool
    error: MysqlRedshiftError | None
    trace: tuple[tuple[str, Point], ...]


def attempt(job: Job, cut: Callable[[str], None]) -> Outcome:
    """Run what is left of a run in a forked process; its ``progress`` is brought up to date.

    ``cut`` ends all connections over a line; the process waits for it at its strike.
    """
    error: MysqlRedshiftError | None = None
    trace: list[tuple[str, Point]] = []
    with Worker(work, job, environment=job.environment) as worker:
        for kind, value in worker.messages():
            if kind == "point":
                trace.append(value)
            elif kind == "cut":
                cut(value)
                worker.answer("cut")
            elif kind == "error":
                error = value
            else:
                _remember(job.progress, kind, value)
    struck = job.strike is not None and (job.strike.side, job.strike.point) in trace
    return Outcome(killed=worker.killed, struck=struck, error=error, trace=tuple(trace))


def _remember(progress: Progress, kind: str, value: Any) -> None:
    if kind == "planned":
        progress.plan = value
    elif kind == "receipt":
        progress.receipts[value.chunk] = value
    else:
        progress.done.add(value)


def work(pipe: Connection, job: Job) -> None:
    """Be the worker: tell each point and each finished step."""
    try:
        _steps(job, pipe)
    except MysqlRedshiftError as exc:
        pipe.send(("error", exc))


def _steps(job: Job, pipe: Connection) -> None:
    from mysql_redshift.hooks.clients import Clients

    def say(kind: str, value: object) -> None:
        pipe.send((kind, value))

    at = _Striker(job.strike, pipe)
    with Clients(job.spec) as clients:
        source = TracedSource(clients.source, at)
        store = TracedStore(clients.store, at)
        warehouse = TracedWarehouse(clients.warehouse, at)
        progress = job.progress
        at.step = "plan"
        if progress.plan is None:
            progress.plan = plan(job.spec, job.request, source=source, store=store, warehouse=warehouse)
            say("planned", progress.plan)
        at.step = "extract"
        for chunk in progress.plan.work:
            if chunk.index not in progress.receipts:
                encoder = TracedEncoder(clients.encoder, at)
                receipt = extract(progress.plan, chunk, source=source, store=store, encoder=encoder)
                progress.receipts[chunk.index] = receipt
                say("receipt", receipt)
        receipts = [progress.receipts[number] for number in sorted(progress.receipts)]
        last: tuple[tuple[str, Callable[[], object]], ...] = (
            ("publish", lambda: publish(progress.plan, receipts, store=store) if progress.plan else None),
            ("load", lambda: load(job.spec, store=store, warehouse=warehouse, label=job.label)),
            ("verify", lambda: verify(job.spec, source=source, store=store, warehouse=warehouse)),
        )
        for name, step in last:
            at.step = name
            if name not in progress.done:
                step()
                say("done", name)


class _Striker:
    """Numbers the points, tells them, and strikes at one of them."""

    def __init__(self, strike: Strike | None, pipe: Connection) -> None:
        self.step = ""
        self._strike = strike
        self._pipe = pipe
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def __call__(self, side: str, name: str) -> None:
        self._counts[side, self.step, name] += 1
        point = Point(step=self.step, call=name, number=self._counts[side, self.step, name])
        self._pipe.send(("point", (side, point)))
        strike = self._strike
        if strike is None or (strike.point, strike.side) != (point, side):
            return
        if not strike.line:
            os.kill(os.getpid(), signal.SIGKILL)
        self._pipe.send(("cut", strike.line))
        self._pipe.recv()
