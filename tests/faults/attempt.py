"""Run one attempt of a run in a separate process, which may be killed at any port call."""

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
from tests.faults.traced_ports import TracedEncoder, TracedSource, TracedStore, TracedWarehouse
from tests.faults.worker import Worker


@dataclass(frozen=True, order=True, kw_only=True)
class FaultPoint:
    """One port call of a run: the step, the call, and its number among equal calls of the step."""

    step: str
    call: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ProcessFault:
    """A fault at one port call: the process kills itself, or waits until the parent closes a proxy's connections."""

    point: FaultPoint
    side: str  # "before" or "after"
    proxy: str = ""  # "bastion" or "mysql"; empty: SIGKILL


@dataclass(kw_only=True)
class Progress:
    """The results of finished steps, as Airflow keeps them in XComs."""

    plan: Plan | None = None
    receipts: dict[int, Receipt] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Job:
    """The input of one attempt: earlier progress and the fault to inject. ``environment`` has Airflow's connections."""

    spec: TableSpec
    request: RunRequest
    label: str
    progress: Progress
    environment: dict[str, str]
    fault: ProcessFault | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of an attempt; ``triggered``: its fault occurred; ``trace``: its port calls."""

    killed: bool
    triggered: bool
    error: MysqlRedshiftError | None
    trace: tuple[tuple[str, FaultPoint], ...]


def run_attempt(job: Job, drop_connections: Callable[[str], None]) -> Outcome:
    """Run the unfinished steps of a run in a forked process and update ``job.progress``.

    ``drop_connections`` closes all connections of a proxy; the process waits for it at its fault.
    """
    error: MysqlRedshiftError | None = None
    trace: list[tuple[str, FaultPoint]] = []
    with Worker(run_worker, job, environment=job.environment) as worker:
        for kind, value in worker.messages():
            if kind == "point":
                trace.append(value)
            elif kind == "drop":
                drop_connections(value)
                worker.send("dropped")
            elif kind == "error":
                error = value
            else:
                _record_progress(job.progress, kind, value)
    triggered = job.fault is not None and (job.fault.side, job.fault.point) in trace
    return Outcome(killed=worker.killed, triggered=triggered, error=error, trace=tuple(trace))


def _record_progress(progress: Progress, kind: str, value: Any) -> None:
    if kind == "planned":
        progress.plan = value
    elif kind == "receipt":
        progress.receipts[value.chunk] = value
    else:
        progress.done.add(value)


def run_worker(pipe: Connection, job: Job) -> None:
    """Run in the worker process: send each port call and each finished step to the parent."""
    try:
        _steps(job, pipe)
    except MysqlRedshiftError as exc:
        pipe.send(("error", exc))


def _steps(job: Job, pipe: Connection) -> None:
    from mysql_redshift.hooks.clients import Clients

    def send(kind: str, value: object) -> None:
        pipe.send((kind, value))

    injector = _FaultInjector(job.fault, pipe)
    with Clients(job.spec) as clients:
        source = TracedSource(clients.source, injector)
        store = TracedStore(clients.store, injector)
        warehouse = TracedWarehouse(clients.warehouse, injector)
        progress = job.progress
        injector.step = "plan"
        if progress.plan is None:
            progress.plan = plan(job.spec, job.request, source=source, store=store, warehouse=warehouse)
            send("planned", progress.plan)
        injector.step = "extract"
        for chunk in progress.plan.work:
            if chunk.index not in progress.receipts:
                encoder = TracedEncoder(clients.encoder, injector)
                receipt = extract(progress.plan, chunk, source=source, store=store, encoder=encoder)
                progress.receipts[chunk.index] = receipt
                send("receipt", receipt)
        receipts = [progress.receipts[number] for number in sorted(progress.receipts)]
        remaining: tuple[tuple[str, Callable[[], object]], ...] = (
            ("publish", lambda: publish(progress.plan, receipts, store=store) if progress.plan else None),
            ("load", lambda: load(job.spec, store=store, warehouse=warehouse, label=job.label)),
            ("verify", lambda: verify(job.spec, source=source, store=store, warehouse=warehouse)),
        )
        for name, step in remaining:
            injector.step = name
            if name not in progress.done:
                step()
                send("done", name)


class _FaultInjector:
    """Numbers the port calls, sends them to the parent, and injects the fault at one of them."""

    def __init__(self, fault: ProcessFault | None, pipe: Connection) -> None:
        self.step = ""
        self._fault = fault
        self._pipe = pipe
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def __call__(self, side: str, name: str) -> None:
        self._counts[side, self.step, name] += 1
        point = FaultPoint(step=self.step, call=name, number=self._counts[side, self.step, name])
        self._pipe.send(("point", (side, point)))
        fault = self._fault
        if fault is None or (fault.point, fault.side) != (point, side):
            return
        if not fault.proxy:
            os.kill(os.getpid(), signal.SIGKILL)
        self._pipe.send(("drop", fault.proxy))
        self._pipe.recv()
