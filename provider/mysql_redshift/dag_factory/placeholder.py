"""A DAG that replaces one with invalid YAML: it shows the error and fails with it."""

from __future__ import annotations

from airflow.sdk import DAG, task

from mysql_redshift.errors import ConfigurationError


def placeholder_dag(dag_id: str, error: ConfigurationError, *, schedule: str | None) -> DAG:
    """Return a DAG with id and schedule of the broken one: the error shows when that would run (lesson S06)."""
    text = str(error)
    dag = DAG(
        dag_id=dag_id,
        schedule=schedule,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        tags=["mysql-redshift", "broken"],
        doc_md=f"**The YAML of this DAG is invalid.**\n\n```\n{text}\n```",
        params={"mode": "sync"},
    )
    with dag:
        task(task_id="broken_yaml", retries=0)(fail_with)(text)
    return dag


def fail_with(text: str) -> None:
    """Fail with the error found while parsing; Airflow does not retry it."""
    from airflow.providers.common.compat.sdk import AirflowFailException

    raise AirflowFailException(text)
