"""A DAG in the place of one that cannot be built: it shows the error, and fails with it."""

from __future__ import annotations

from airflow.sdk import DAG, task

from mysql_redshift.errors import ConfigurationError


def placeholder_dag(dag_id: str, error: ConfigurationError, *, schedule: str | None) -> DAG:
    """Return a DAG under the broken one's id, on the same schedule, so that the fault cannot be overlooked (S6)."""
    text = str(error)
    dag = DAG(
        dag_id=dag_id,
        schedule=schedule,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        tags=["mysql-redshift", "broken"],
        doc_md=f"**The YAML of this DAG is broken.**\n\n```\n{text}\n```",
        params={"mode": "sync"},
    )
    with dag:
        task(task_id="broken_yaml", retries=0)(fail_with)(text)
    return dag


def fail_with(text: str) -> None:
    """Fail with the error that parsing met."""
    from airflow.providers.common.compat.sdk import AirflowFailException

    raise AirflowFailException(text)
