"""Operators and sensor as a hand-written DAG uses them: parameters, run configuration, and which errors retry."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException

from mysql_redshift.config import read_table
from mysql_redshift.core.request import Mode
from mysql_redshift.errors import ConfigurationError, ConnectionFailed, SourceError
from mysql_redshift.operators import MySQLToS3ParquetOperator, RowCountCheckOperator, S3ParquetToRedshiftOperator
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


def test_parameters_come_to_the_same_as_yaml(tmp_path: Path) -> None:
    """One model checks both, so one word means one thing."""
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


def test_a_spec_is_taken_as_it_is() -> None:
    """What the DAG factory hands over, as an object or plain."""
    given = spec()
    operator = RowCountCheckOperator(task_id="check", spec=given)
    assert operator.table_spec() == given
    assert RowCountCheckOperator(task_id="check", spec=operator.spec).table_spec() == given


def test_the_environment_is_airflows(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is part of the S3 prefix: without it a staging Airflow would share its log with production's."""
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
def test_a_wrong_parameter_shows_when_the_dag_file_is_read(parameters: dict[str, Any], message: str) -> None:
    """Not at night in the first run; the message names the task."""
    with pytest.raises(ConfigurationError, match=message) as raised:
        MySQLToS3ParquetOperator(task_id="extract", **ORDERS, **parameters)
    assert "task extract" in str(raised.value)


def test_missing_parameters_are_told_all_at_once() -> None:
    """By their names in Python."""
    operator = MySQLToS3ParquetOperator(task_id="extract", table="orders", redshift_conn_id="")
    with pytest.raises(ConfigurationError) as raised:
        operator.table_spec()
    for name in ("database", "bucket", "redshift_conn_id"):
        assert f"{name}: " in str(raised.value)


def test_a_run_is_what_the_params_say() -> None:
    """Empty fields of a form change nothing; templates render to text, and mean numbers all the same."""
    operator = MySQLToS3ParquetOperator(task_id="extract", **ORDERS)
    asked = request(operator, {"mode": "backup-only", "since": None, "until": "", "limit": "7", "other": 1})
    assert (asked.mode, asked.since, asked.until, asked.limit) == (Mode.BACKUP_ONLY, None, None, 7)
    assert (asked.actor, asked.run_id) == ("ada", "manual__1")


def test_the_operators_own_run_goes_before_params() -> None:
    """A DAG that always repairs yesterday says so in its code."""
    own = {"since": "2026-10-01", "until": "2026-10-02", "move_watermark": False}
    asked = request(MySQLToS3ParquetOperator(task_id="extract", **ORDERS, run=own), {"since": "2020-01-01"})
    assert (asked.since, asked.until, asked.move_watermark) == ("2026-10-01", "2026-10-02", False)


@pytest.mark.parametrize("run", [{"mode": "everything"}, {"limit": "many"}, {"limit": 0}, {"dry_run": "perhaps"}])
def test_an_impossible_run_is_a_configuration_error(run: dict[str, Any]) -> None:
    """It must fail at once: three retries do not make a mode of it."""
    with pytest.raises(ConfigurationError):
        request(MySQLToS3ParquetOperator(task_id="extract", **ORDERS, run=run))


def test_terminal_errors_fail_at_once_and_others_retry() -> None:
    """Airflow takes AirflowFailException as final; the whole message goes with it."""
    operator = MySQLToS3ParquetOperator(task_id="extract", **ORDERS)
    with (
        pytest.raises(AirflowFailException, match=r"no such table(?s:.*)what to do: look"),
        operator.fail_fast_on_terminal_errors(),
    ):
        raise SourceError("no such table", where="shop.orders", remedy="look")
    with pytest.raises(ConnectionFailed), operator.fail_fast_on_terminal_errors():
        raise ConnectionFailed("gone")


def test_users_find_template_fields_where_they_expect_them() -> None:
    """Table, bucket and run are often made from the DAG run."""
    assert {"database", "table", "bucket", "prefix", "run"} <= set(MySQLToS3ParquetOperator.template_fields)
    assert "checks" in RowCountCheckOperator.template_fields
    assert {"point", "stage", "table"} <= set(WatermarkSensor.template_fields)


@pytest.mark.parametrize(("stage", "point"), [("loaded", "1"), ("mysql", "yesterday")])
def test_a_sensor_that_could_wait_for_ever_fails(stage: str, point: str) -> None:
    """An unknown stage or a point that is none would never be reached."""
    sensor = WatermarkSensor(task_id="wait", spec=spec(), stage=stage, point=point)
    with pytest.raises(AirflowFailException, match=r"Unknown stage|Invalid timestamp"):
        sensor.execute({})
