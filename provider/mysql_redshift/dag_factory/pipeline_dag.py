"""The DAG of a pipeline: triggers the DAGs of its tables and waits for them, deferred."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, task

from mysql_redshift.config import Pipeline
from mysql_redshift.core.spec import Strategy
from mysql_redshift.dag_factory import ids, version_compat
from mysql_redshift.dag_factory.params import run_params
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.operators.run_request import refuse_backfill, refuse_unknown, run_type

POLL_SECONDS = 2  # between two queries of the triggerer; no worker waits


def pipeline_dag(pipeline: Pipeline) -> DAG:
    """Return the DAG ``<pipeline>``, which carries the schedule. A failed table fails the run; the others finish."""
    dag = DAG(
        dag_id=pipeline.name,
        schedule=pipeline.schedule,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        params=run_params(),
        tags=["mysql-redshift", pipeline.name, *pipeline.tags],
        doc_md=f"{pipeline.description}\n\nTables: {len(pipeline.tables)}. Strategy: {pipeline.strategy}.".strip(),
    )
    tables = [*pipeline.tables, *pipeline.broken]
    own_schedule = sorted(pipeline.table_schedules)
    with dag:
        chosen = task(task_id="choose")(choose_tables)(pipeline.name, tables, own_schedule)
        TriggerDagRunOperator.partial(
            task_id="tables",
            # Airflow reserves ids that start with "scheduled__" for scheduled runs
            trigger_run_id=f"{pipeline.name}__{{{{ run_id }}}}",
            logical_date=None,
            wait_for_completion=True,
            poke_interval=POLL_SECONDS,
            # the id stays the same when this task is cleared, so the table's run is repeated and no run is added
            reset_dag_run=True,
            skip_when_already_exists=False,
            allowed_states=["success"],
            failed_states=["failed"],
            map_index_template="{{ task.trigger_dag_id }}",
            **_trigger_settings(one_at_a_time=pipeline.strategy == Strategy.SEQUENTIAL.value),
        ).expand_kwargs(chosen)
    return dag


def _trigger_settings(*, one_at_a_time: bool) -> dict[str, Any]:
    """Return the settings that depend on the strategy and on the Airflow version."""
    settings: dict[str, Any] = {"deferrable": version_compat.COUNTS_DEFERRED or not one_at_a_time}
    if one_at_a_time:
        settings["max_active_tis_per_dagrun"] = 1
    if version_compat.FAILS_WHEN_PAUSED:
        settings["fail_when_dag_is_paused"] = True
    return settings


def choose_tables(pipeline: str, tables: list[str], own_schedule: list[str], **context: Any) -> list[dict[str, Any]]:
    """Return the DAGs to trigger: all tables; in scheduled runs, only those without their own schedule.

    Every DAG gets the run's params as its conf.

    Raises:
        AirflowFailException: the run is a backfill, or its configuration has an unknown field; no table runs.

    """
    from airflow.providers.common.compat.sdk import AirflowFailException

    dag_run = context["dag_run"]
    try:
        refuse_backfill(dag_run)
        refuse_unknown(dag_run.conf or (), where=f"run {dag_run.run_id}")
    except ConfigurationError as exc:
        raise AirflowFailException(str(exc)) from exc
    skipped = set(own_schedule) if run_type(dag_run) == "scheduled" else set()
    conf = {name: value for name, value in context["params"].items() if value is not None}
    return [{"trigger_dag_id": ids.dag_id(pipeline, table), "conf": conf} for table in tables if table not in skipped]
