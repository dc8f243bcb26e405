"""Operators of a hand-written DAG on real servers: each runs its whole stage, logs and returns its counts."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException, TaskDeferred

from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import Strategy, TableSpec
from mysql_redshift.operators import (
    LogPublishOperator,
    MySQLToS3ParquetOperator,
    RowCountCheckOperator,
    S3ParquetToRedshiftOperator,
    WindowPlanOperator,
)
from mysql_redshift.operators.table import TableOperator
from mysql_redshift.sensors import WatermarkSensor
from tests.stack.operators.conftest import Context, TablePipeline
from tests.table_pipeline import insert_orders


class Records(list[str]):
    """The log records of an operator."""

    def info(self, text: str, *values: object) -> None:
        self.append(text % values)

    def warning(self, text: str, *_: object) -> None:
        """Ignore Airflow's warning that the test itself executes an operator."""


def spelled_out(spec: TableSpec) -> dict[str, Any]:
    """Return the spec as parameters of a hand-written DAG."""
    return {
        "mysql_conn_id": spec.source.conn_id,
        "database": spec.source.database,
        "table": spec.source.table,
        "aws_conn_id": spec.lake.conn_id,
        "bucket": spec.lake.bucket,
        "prefix": spec.lake.prefix,
        "redshift_conn_id": spec.target.conn_id,
        "iam_role": spec.target.iam_role,
        "pipeline": spec.pipeline,
        "settings": {"lag": 0, "cursor": {"column": "updated_at", "zone": "UTC"}},
    }


def run(operator: Any, context: Any) -> Any:
    """Execute the operator and assert that its XCom is small and JSON."""
    answer = operator.execute(context)
    assert len(json.dumps(answer)) < 4000
    return answer


def sync(pipeline: TablePipeline, context: Context) -> None:
    """Run extract, load and check."""
    for kind in (MySQLToS3ParquetOperator, S3ParquetToRedshiftOperator, RowCountCheckOperator):
        kind(task_id="sync", spec=pipeline.spec).execute(context())


def test_three_operators_sync_a_table(
    pipeline: TablePipeline, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With parameters instead of YAML, the target equals the source, and each task returns and logs its counts."""
    records = Records()
    monkeypatch.setattr(TableOperator, "log", records, raising=False)
    insert_orders(pipeline, 12)
    table = spelled_out(pipeline.spec)
    published = run(MySQLToS3ParquetOperator(task_id="extract", **table), context())
    loaded = run(S3ParquetToRedshiftOperator(task_id="load", **table), context())
    checked = run(RowCountCheckOperator(task_id="check", **table), context())
    assert (published["kind"], published["rows"]) == ("extract", 12)
    assert (loaded["rows_copied"], loaded["rows_inserted"], loaded["entries"]) == (12, 12, 1)
    assert (checked["rows"], checked["verified_through"]) == (12, published["position_to"])
    name, target = f"shop: {pipeline.spec.source.database}.orders", f"{pipeline.spec.target.schema}.orders"
    assert [record.partition("\n")[0] for record in records] == [
        f"{name}: planned",
        f"{name}: chunk 0 ([oldest, {published['position_to']})): extracting",
        f"{name}: chunk 0 ([oldest, {published['position_to']})) extracted, 1 of 1",
        f"{name}: log entry 1 (extract) published",
        f"{name} -> {target}: 1 log entries loaded, 12 rows copied",
        f"{name} -> {target}: verified, 2 checks passed",
    ]
    assert pipeline.rows() == pipeline.source_rows()
    again = run(S3ParquetToRedshiftOperator(task_id="load", **table), context())
    assert (again["rows_copied"], again["redshift_skipped"]) == (0, True)


def test_plan_extract_and_publish_exchange_json(pipeline: TablePipeline, context: Context) -> None:
    """The XComs of the DAG factory's tasks survive JSON, chunk by chunk."""
    insert_orders(pipeline, 30)
    spec = replace(pipeline.spec, strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    plan_context = context()
    chunks = json.loads(json.dumps(WindowPlanOperator(task_id="plan", spec=spec).execute(plan_context)))
    plan = json.loads(json.dumps(plan_context["ti"].pushed["plan"]))
    receipts = [
        json.loads(json.dumps(run(MySQLToS3ParquetOperator(task_id="e", spec=spec, plan=plan, chunk=chunk), context())))
        for chunk in chunks
    ]
    assert len(receipts) == 3
    publish = LogPublishOperator(task_id="publish", spec=spec, plan=plan, receipts=receipts)
    first = run(publish, context())
    assert (first["rows"], first["files"]) == (30, 3)
    assert run(publish, context()) == first, "a retry returns the same entry"


@pytest.mark.parametrize(
    ("sabotage", "counts"),
    [
        (["DELETE FROM {t} WHERE id = 3"], ("4", "5")),
        (["DELETE FROM {t} WHERE id = 3", "INSERT INTO {t} SELECT * FROM {t} WHERE id = 4"], ("4", "5")),
    ],
)
def test_the_check_fails_on_a_missing_row_even_if_a_duplicate_hides_it(
    pipeline: TablePipeline, context: Context, sabotage: list[str], counts: tuple[str, str]
) -> None:
    """Equal counts are not enough. The error states table, counts and remedy, and is not retried."""
    insert_orders(pipeline, 5)
    sync(pipeline, context)
    for statement in sabotage:
        pipeline.target(statement)
    check = RowCountCheckOperator(task_id="check", spec=pipeline.spec, checks=["custody", "bounds", "window"])
    with pytest.raises(AirflowFailException, match="what to do") as raised:
        check.execute(context())
    message = str(raised.value)
    assert f"{pipeline.spec.source.database}.orders" in message
    for count in counts:
        assert count in message


def test_the_next_load_applies_what_a_backup_only_run_left_pending(pipeline: TablePipeline, context: Context) -> None:
    """The load of a backup-only run is skipped; the reason says that log entries stay pending."""
    insert_orders(pipeline, 4)
    MySQLToS3ParquetOperator(task_id="extract", spec=pipeline.spec).execute(context(mode="backup-only"))
    load = S3ParquetToRedshiftOperator(task_id="load", spec=pipeline.spec)
    with pytest.raises(AirflowSkipException, match="stay pending"):
        load.execute(context(mode="backup-only"))
    assert load.execute(context())["rows_copied"] == 4


def test_redshift_only_does_not_need_mysql(pipeline: TablePipeline, context: Context) -> None:
    """With MySQL unreachable, pending entries are loaded and the check custody runs."""
    insert_orders(pipeline, 4)
    MySQLToS3ParquetOperator(task_id="extract", spec=pipeline.spec).execute(context())
    away = replace(pipeline.spec, source=replace(pipeline.spec.source, conn_id="nowhere"))
    task_context = context(mode="redshift-only")
    assert WindowPlanOperator(task_id="plan", spec=away).execute(task_context) == []
    assert (
        LogPublishOperator(task_id="publish", spec=away, plan=task_context["ti"].pushed["plan"]).execute(task_context)
        == {}
    )
    assert S3ParquetToRedshiftOperator(task_id="load", spec=away).execute(task_context)["rows_copied"] == 4
    report = RowCountCheckOperator(task_id="check", spec=away).execute(task_context)
    assert [result["check"] for result in report["results"]] == ["custody"]


def test_a_dry_run_only_plans(pipeline: TablePipeline, context: Context) -> None:
    """The next run starts with sequence 1, so nothing was published."""
    insert_orders(pipeline, 4)
    task_context = context(dry_run=True)
    assert WindowPlanOperator(task_id="plan", spec=pipeline.spec).execute(task_context) == []
    plan = task_context["ti"].pushed["plan"]
    assert len(plan["chunks"]) == 1
    assert LogPublishOperator(task_id="publish", spec=pipeline.spec, plan=plan).execute(task_context) == {}
    with pytest.raises(AirflowSkipException):
        S3ParquetToRedshiftOperator(task_id="load", spec=pipeline.spec).execute(task_context)
    entry = pipeline.extract_and_publish()
    assert (entry.sequence, entry.kind) == (1, EntryKind.EXTRACT)


@pytest.mark.parametrize("given", ["spec", "path"])
def test_the_sensor_waits_until_a_stage_reaches_a_point(
    pipeline: TablePipeline, context: Context, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It defers while rows are only on S3; its trigger fires when they are verified; then it returns immediately."""
    insert_orders(pipeline, 3)
    spec = pipeline.spec
    where: dict[str, Any] = {"spec": spec}
    if given == "path":
        unused = ("mysql_conn_id", "redshift_conn_id", "iam_role", "cursor", "settings")
        where = {name: value for name, value in spelled_out(spec).items() if name not in unused}
    sensor = WatermarkSensor(task_id="wait", **where, point="2026-01-01T00:00:02Z", poke_interval=0.1)
    monkeypatch.setenv("AIRFLOW__MYSQL_REDSHIFT__ENVIRONMENT", spec.environment)
    pipeline.extract_and_publish()
    with pytest.raises(TaskDeferred) as deferred:
        sensor.execute(context())
    assert sensor.poke(context()).is_done is False
    sync(pipeline, context)
    event = asyncio.run(_first(deferred.value.trigger))
    assert sensor.execute_complete(context(), event) == sensor.execute(context())


async def _first(trigger: Any) -> dict[str, Any]:
    async for event in trigger.run():
        return dict(event.payload)
    raise AssertionError("the trigger finished without an event")


@pytest.mark.parametrize("kind", [WindowPlanOperator, S3ParquetToRedshiftOperator, RowCountCheckOperator])
def test_a_missing_connection_fails_at_once(pipeline: TablePipeline, context: Context, kind: Any) -> None:
    """The message contains the connection id."""
    pipeline.extract_and_publish()
    insert_orders(pipeline, 1)
    spec = replace(
        pipeline.spec,
        source=replace(pipeline.spec.source, conn_id="nowhere"),
        target=replace(pipeline.spec.target, conn_id="nowhere"),
    )
    with pytest.raises(AirflowFailException, match="nowhere"):
        kind(task_id="task", spec=spec).execute(context())
