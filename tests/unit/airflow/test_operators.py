"""Operators and sensor in a hand-written DAG: parameters, run configuration, and which errors are retried."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from mysql_redshift.config import read_table
from mysql_redshift.core.request import Mode
from mysql_redshift.errors import ConfigurationError, ConnectionFailed, SourceError
from mysql_redshift.operators import (
    MySQLToS3ParquetOperator,
    RowCountCheckOperator,
    S3ParquetToRedshiftOperator,
    WindowPlanOperator,
)
from mysql_redshift.sensors import WatermarkSensor
from tests.fakes.specs import spec

ORDERS: dict[str, Any] = {"database": "shop", "table": "Orders", "bucket": "acme-lake"}
YAML = """\
pipeline: manual
source: {conn_id: mysql_default, database: shop}
lake: {bucket: acme-lake, prefix: raw}
target: {conn_id: redshift_default, schema: mart, iam_role: default}
tables:
  Orders: {cursor: {column: updated_at, zone: Europe/Berlin}, lookback: 10m, load: merge, key: id}
"""


@dataclass(frozen=True)
class Run:
    run_type: str = "manual"
    run_id: str = "manual__1"
    conf: dict[str, Any] = field(default_factory=dict)
    triggering_user_name: str | None = "ada"


def request(operator: Any, params: dict[str, Any] | None = None) -> Any:
    return operator.request({"params": params or {}, "dag_run": Run()})


def test_parameters_and_yaml_produce_the_same_spec(tmp_path: Path) -> None:
    """One model validates both, so a setting has one name and one meaning."""
    (tmp_path / "manual.yaml").write_text(YAML)
    operator = S3ParquetToRedshiftOperator(
        task_id="load",
        **ORDERS,
        prefix="raw",
        schema="mart",
        load="merge",
        settings={"cursor": {"column": "updated_at", "zone": "Europe/Berlin"}, "lookback": "10m", "key": "id"},
    )
    assert operator.table_spec() == read_table(tmp_path / "manual.yaml", "Orders")


def test_a_given_spec_is_used_unchanged() -> None:
    """The DAG factory passes a spec as an object or in plain form."""
    given = spec()
    operator = RowCountCheckOperator(task_id="check", spec=given)
    assert operator.table_spec() == given
    assert RowCountCheckOperator(task_id="check", spec=operator.spec).table_spec() == given


def test_the_environment_comes_from_airflows_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is part of the S3 prefix: without it staging and production would share a log."""
    monkeypatch.setenv("AIRFLOW__MYSQL_REDSHIFT__ENVIRONMENT", "staging")
    assert MySQLToS3ParquetOperator(task_id="extract", **ORDERS).table_spec().environment == "staging"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"settings": {"chunk_rowz": 5}}, "chunk_rowz: unknown key; did you mean chunk_rows"),
        ({"load": "upsert"}, "load: expected"),
        ({"load": "merge"}, "load: merge needs a cursor"),
        ({"run": {"move_watermak": False}}, "move_watermak(?s:.*)move_watermark"),
    ],
)
def test_an_invalid_parameter_fails_when_the_dag_file_is_parsed(parameters: dict[str, Any], message: str) -> None:
    """The error must not wait for the first run; the message names the task."""
    with pytest.raises(ConfigurationError, match=message) as raised:
        MySQLToS3ParquetOperator(task_id="extract", **ORDERS, **parameters)
    assert "task extract" in str(raised.value)


def test_missing_parameters_are_reported_together() -> None:
    """The message uses their Python names."""
    operator = MySQLToS3ParquetOperator(task_id="extract", table="orders", redshift_conn_id="")
    with pytest.raises(ConfigurationError) as raised:
        operator.table_spec()
    for name in ("database", "bucket", "redshift_conn_id"):
        assert f"{name}: " in str(raised.value)


def test_params_become_the_run_request() -> None:
    """Empty form fields keep the defaults. Templates render to text, so numbers may arrive as text."""
    operator = MySQLToS3ParquetOperator(task_id="extract", **ORDERS)
    requested = request(operator, {"mode": "backup-only", "since": None, "until": "", "limit": "7", "other": 1})
    assert (requested.mode, requested.since, requested.until, requested.limit) == (Mode.BACKUP_ONLY, None, None, 7)
    assert (requested.actor, requested.run_id) == ("ada", "manual__1")


def test_the_operators_run_overrides_params() -> None:
    """A hand-written DAG can fix its run configuration in code."""
    own = {"since": "2026-10-01", "until": "2026-10-02", "move_watermark": False}
    requested = request(MySQLToS3ParquetOperator(task_id="extract", **ORDERS, run=own), {"since": "2020-01-01"})
    assert (requested.since, requested.until, requested.move_watermark) == ("2026-10-01", "2026-10-02", False)


@pytest.mark.parametrize("run", [{"mode": "everything"}, {"limit": "many"}, {"limit": 0}, {"dry_run": "perhaps"}])
def test_an_invalid_run_configuration_is_a_terminal_error(run: dict[str, Any]) -> None:
    """It must fail without retries."""
    with pytest.raises(ConfigurationError):
        request(MySQLToS3ParquetOperator(task_id="extract", **ORDERS, run=run))


@pytest.mark.parametrize("kind", [MySQLToS3ParquetOperator, WindowPlanOperator])
def test_an_unknown_field_of_the_conf_fails_the_run(kind: Any) -> None:
    """A mistyped ``move_watermark`` would move the watermark."""
    operator = kind(task_id="extract", **ORDERS)
    run = Run(conf={"move_watermak": False})
    with pytest.raises(AirflowFailException, match=r"move_watermak(?s:.*)move_watermark"):
        operator.execute({"params": {}, "dag_run": run})


def test_only_transient_errors_are_retried() -> None:
    """Airflow does not retry AirflowFailException, which carries the whole message."""
    operator = MySQLToS3ParquetOperator(task_id="extract", **ORDERS)
    with (
        pytest.raises(AirflowFailException, match=r"no such table(?s:.*)what to do: look"),
        operator.fail_fast_on_terminal_errors(),
    ):
        raise SourceError("no such table", where="shop.orders", remedy="look")
    with pytest.raises(ConnectionFailed), operator.fail_fast_on_terminal_errors():
        raise ConnectionFailed("lost")


def test_fields_that_depend_on_the_run_are_template_fields() -> None:
    """Table, bucket and run are often rendered from the DAG run."""
    assert {"database", "table", "bucket", "prefix", "run"} <= set(MySQLToS3ParquetOperator.template_fields)
    assert "checks" in RowCountCheckOperator.template_fields
    assert {"point", "stage", "table"} <= set(WatermarkSensor.template_fields)


@pytest.mark.parametrize(("stage", "point"), [("loaded", "1"), ("mysql", "yesterday")])
def test_a_sensor_with_an_unknown_stage_or_an_invalid_point_fails(stage: str, point: str) -> None:
    """Such a point would never be reached, and the sensor would wait until its timeout."""
    sensor = WatermarkSensor(task_id="wait", spec=spec(), stage=stage, point=point)
    with pytest.raises(AirflowFailException, match=r"Unknown stage|Invalid timestamp"):
        sensor.execute({})
