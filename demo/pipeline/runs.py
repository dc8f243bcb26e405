"""Trigger one run of the pipeline and report its progress per table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from demo.airflow import AirflowClient, DagRun, TaskInstance
from demo.pipeline.definition import PIPELINE
from demo.screen import Screen

POLL_SECONDS = 2.0  # each request costs the api-server time that tasks need
SILENCE_SECONDS = 8.0
PATIENCE_SECONDS = 1_200.0
LOG_LINES = 25
STAGES = ("plan", "extract", "publish", "load", "verify", "finishing")
ENDED = ("success", "failed", "skipped", "upstream_failed")


class RunFailed(Exception):
    """A run of the pipeline failed; the message contains the last lines of the failed tasks' logs."""


@dataclass(frozen=True, kw_only=True)
class TableRun:
    """One table's DAG run within a run of the pipeline."""

    table: str
    run: DagRun
    tasks: tuple[TaskInstance, ...]

    @property
    def planned(self) -> bool:
        """Whether the window is fixed: rows that are committed from now on belong to the next run."""
        return any(task.task_id == "plan" and task.state == "success" for task in self.tasks)

    @property
    def extracts(self) -> list[TaskInstance]:
        """The extract tasks that ran, one per chunk."""
        return [task for task in self.tasks if task.task_id == "extract" and task.started and task.ended]

    @property
    def stage(self) -> str:
        """The task that is running, or the state of a finished run."""
        if self.run.done:
            return "done" if self.run.state == "success" else self.run.state
        at_work = {task.task_id for task in self.tasks if task.state not in ENDED}
        return next((stage for stage in STAGES if stage in at_work), "finishing")

    @property
    def progress(self) -> str:
        """The table's name, with the number of chunks read so far if there are several."""
        chunks = [task.state for task in self.tasks if task.task_id == "extract"]
        if self.stage == "extract" and len(chunks) > 1:
            return f"{self.table} {chunks.count('success')}/{len(chunks)}"
        return self.table


def overlapping(extracts: list[TaskInstance]) -> bool:
    """Return whether at least two chunks were read at the same time."""
    return any(
        a.started < b.ended and b.started < a.ended
        for a, b in combinations(extracts, 2)
        if a.started and a.ended and b.started and b.ended
    )


def follow(
    client: AirflowClient, screen: Screen, tables: list[str], *, when_planned: Callable[[], None] | None = None
) -> tuple[DagRun, list[TableRun]]:
    """Trigger the pipeline and wait until it finishes; call ``when_planned`` once every table's window is fixed.

    Raises:
        RunFailed: the run failed or did not finish in time.

    """
    started = datetime.now(UTC)
    run = client.trigger(PIPELINE)
    screen.say(f"triggered {run.dag_id}: {run.run_id}")
    progress = _Progress(screen, len(tables))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        run = client.dag_run(run)
        found = _table_runs(client, tables, started)
        progress.show(found)
        if when_planned is not None and len(found) == len(tables) and all(table.planned for table in found):
            when_planned()
            when_planned = None
        if run.done:
            break
        if time.monotonic() > deadline:
            raise RunFailed(f"{run.run_id} is still {run.state} after {PATIENCE_SECONDS:g} s.")
        time.sleep(POLL_SECONDS)
    if run.state != "success":
        raise RunFailed(_what_failed(client, run, found))
    return run, found


class _Progress:
    """Print changes of progress, and repeat the last line after a while without changes."""

    def __init__(self, screen: Screen, tables: int) -> None:
        self._screen = screen
        self._tables = tables
        self._finished: set[str] = set()
        self._last = ""
        self._printed = time.monotonic()

    def show(self, runs: list[TableRun]) -> None:
        for table in runs:
            if table.run.done and table.table not in self._finished:
                self._finished.add(table.table)
                self._say(f"  {table.table:<17}{table.stage} in {table.run.seconds:.1f} s")
        moving = " · ".join(_at(stage, runs) for stage in STAGES if any(table.stage == stage for table in runs))
        if moving and (moving != self._last or time.monotonic() - self._printed > SILENCE_SECONDS):
            self._last = moving
            self._say(f"  {len(self._finished)}/{self._tables} done · {moving}", "dim")

    def _say(self, text: str, style: str = "") -> None:
        self._printed = time.monotonic()
        self._screen.say(text, style)


def _at(stage: str, runs: list[TableRun]) -> str:
    return f"{stage}: {', '.join(table.progress for table in runs if table.stage == stage)}"


def _table_runs(client: AirflowClient, tables: list[str], started: datetime) -> list[TableRun]:
    tasks = client.tasks_since(started)
    runs = {run.dag_id.removeprefix(f"{PIPELINE}."): run for run in client.runs_since(started)}
    return [
        TableRun(table=table, run=runs[table], tasks=tuple(t for t in tasks if t.dag_id == runs[table].dag_id))
        for table in tables
        if table in runs
    ]


def _what_failed(client: AirflowClient, run: DagRun, tables: list[TableRun]) -> str:
    """Return the last log lines of each failed task."""
    parts = [f"{run.dag_id} {run.run_id} {run.state}"]
    for task in (task for table in tables for task in table.tasks if task.state == "failed"):
        tail = "\n    ".join(client.log_of(task).splitlines()[-LOG_LINES:])
        parts.append(f"{task.dag_id} {task.task_id}[{task.map_index}] failed:\n    {tail}")
    return "\n".join(parts)
