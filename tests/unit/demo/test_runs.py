"""The progress of a run, derived from Airflow's responses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from demo.airflow import DagRun, TaskInstance
from demo.pipeline.runs import TableRun, overlapping

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def task(
    task_id: str, state: str, begin: float | None = None, end: float | None = None, index: int = -1
) -> TaskInstance:
    return TaskInstance(
        dag_id="settlement.orders",
        run_id="r",
        task_id=task_id,
        map_index=index,
        state=state,
        started=None if begin is None else NOON + timedelta(seconds=begin),
        ended=None if end is None else NOON + timedelta(seconds=end),
    )


def table_run(*tasks: TaskInstance, state: str = "running") -> TableRun:
    run = DagRun(dag_id="settlement.orders", run_id="r", state=state, started=NOON, ended=None)
    return TableRun(table="orders", run=run, tasks=tasks)


def test_consecutive_chunks_do_not_overlap() -> None:
    """Chunks that were read one after the other, even without a gap, were not read concurrently."""
    assert not overlapping([task("extract", "success", 0, 1, 0), task("extract", "success", 1, 2, 1)])
    assert not overlapping([task("extract", "success", 0, 1, 0)])


def test_two_concurrent_chunks_among_several_overlap() -> None:
    """Any two chunks suffice."""
    chunks = [task("extract", "success", begin, begin + 1.5, int(begin)) for begin in (0.0, 5.0, 6.0)]
    assert overlapping(chunks)


def test_a_table_is_planned_once_its_plan_task_succeeded() -> None:
    """The late transaction of the demo must begin after the window is fixed."""
    assert not table_run(task("plan", "running", 0)).planned
    assert table_run(task("plan", "success", 0, 1)).planned


def test_the_stage_is_the_first_unfinished_task() -> None:
    """The progress line also counts chunks if there are several."""
    running = table_run(
        task("plan", "success", 0, 1),
        task("extract", "success", 1, 2, 0),
        task("extract", "running", 1, None, 1),
        task("publish", ""),
    )
    assert running.stage == "extract"
    assert running.progress == "orders 1/2"
    assert table_run(task("plan", "success", 0, 1), state="success").stage == "done"
