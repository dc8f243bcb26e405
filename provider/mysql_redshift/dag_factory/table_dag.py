"""The DAG of a table: plan -> extract (mapped over chunks) -> publish -> load -> verify."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset

from mysql_redshift.config import Pipeline
from mysql_redshift.core import codec
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.dag_factory import ids
from mysql_redshift.dag_factory.params import run_params
from mysql_redshift.operators import (
    LogPublishOperator,
    MySQLToS3ParquetOperator,
    RowCountCheckOperator,
    S3ParquetToRedshiftOperator,
    WindowPlanOperator,
)
from mysql_redshift.operators.plan import PLAN

RETRIES: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
}


def table_dag(pipeline: Pipeline, table: str) -> DAG:
    """Return the DAG ``<pipeline>.<table>``. Without its own schedule it runs when the pipeline's DAG triggers it."""
    spec = pipeline.tables[table]
    plain = codec.to_plain(spec)
    dag = DAG(
        dag_id=ids.dag_id(pipeline.name, table),
        schedule=pipeline.table_schedules.get(table),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        params=run_params(),
        tags=["mysql-redshift", pipeline.name, *pipeline.tags, *pipeline.table_tags.get(table, ())],
        doc_md=_description(spec),
        default_args=RETRIES,
    )
    with dag:
        plan = WindowPlanOperator(task_id="plan", spec=plain)
        chunks: Any = plan.output  # XComs; Airflow resolves them before the tasks run
        decided: Any = chunks[PLAN]
        extract = MySQLToS3ParquetOperator.partial(
            task_id="extract",
            spec=plain,
            plan=decided,
            pool=spec.source.pool or "default_pool",
            map_index_template="{{ chunk_name }}",
        ).expand(chunk=chunks)
        receipts: Any = extract.output
        publish = LogPublishOperator(
            task_id="publish", spec=plain, plan=decided, receipts=receipts, trigger_rule="none_failed"
        )
        load = S3ParquetToRedshiftOperator(task_id="load", spec=plain)
        verify = RowCountCheckOperator(task_id="verify", spec=plain, if_due=True, outlets=[_asset(spec)])
        plan >> extract >> publish >> load >> verify
    return dag


def _asset(spec: TableSpec) -> Asset:
    """Return the asset that represents verified rows in the target, named by connection, schema and table."""
    return Asset(f"{spec.target.conn_id}.{spec.target.schema}.{spec.target.table}")


def _description(spec: TableSpec) -> str:
    cursor = f"`{spec.cursor.column}`" if spec.cursor else "none, every run reads the whole table"
    source, target = spec.source, spec.target
    return (
        f"Keeps `{target.schema}.{target.table}` ({target.conn_id}) in sync with "
        f"`{source.database}.{source.table}` ({source.conn_id}).\n\n"
        f"Cursor: {cursor}. Strategy: {spec.strategy.value}. Files: `s3://{spec.lake.bucket}/{spec.lake.prefix}`.\n\n"
        "Trigger it with a form: window, row limit or full refresh. With `dry_run` it only logs the plan."
    )
