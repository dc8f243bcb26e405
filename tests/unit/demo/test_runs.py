"""Reading a run's course out of Airflow's answers."""

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


def test_chunks_one_after_the_other_do_not_overlap() -> None:
    """Chunks that follow each other, without a gap even, were not read at the same time."""
    assert not overlapping([task("extract", "success", 0, 1, 0), task("extract", "success", 1, 2, 1)])
    assert not overlapping([task("extract", "success", 0, 1, 0)])


def test_chunks_read_at_the_same_time_overlap() -> None:
    """Two chunks of several suffice, whichever they are."""
    chunks = [task("extract", "success", begin, begin + 1.5, int(begin)) for begin in (0.0, 5.0, 6.0)]
    assert overlapping(chunks)


def test_a_table_is_planned_when_its_plan_succeeded() -> None:
    """A late transaction must begin after the window is fixed, not while it is."""
    assert not table_run(task("plan", "running", 0)).planned
    assert table_run(task("plan", "success", 0, 1)).planned


def test_the_stage_is_the_first_task_that_has_not_ended() -> None:
    """Progress names the task that is at work, with its chunks where there are several."""
    begun = table_run(
        task("plan", "success", 0, 1),
        task("extract", "success", 1, 2, 0),
        task("extract", "running", 1, None, 1),
        task("publish", ""),
    )
    assert begun.stage == "extract"
    assert begun.progress == "orders 1/2"
    assert table_run(task("plan", "success", 0, 1), state="success").stage == "done"
