"""YAML becomes DAGs: what is built, what a broken entry does, and what parsing may not touch."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException

from mysql_redshift.dag_factory import build_dags, ids
from mysql_redshift.dag_factory.pipeline_dag import choose_tables

HEAD = """\
pipeline: shop
schedule: "@hourly"
source: {conn_id: m, database: shop}
lake: {conn_id: aws_default, bucket: acme-lake}
target: {conn_id: redshift, schema: shop, iam_role: "arn:aws:iam::123456789012:role/copy"}
defaults: {cursor: updated_at}
"""
GOOD = HEAD + "tables:\n  orders: {strategy: intra-table}\n  items: {cursor: id, load: append}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(GOOD)
    return tmp_path


def test_one_dag_a_table_and_one_a_pipeline(folder: Path) -> None:
    """The ids, and the way of a batch inside a table's DAG."""
    dags = build_dags(folder)
    assert set(dags) == {"shop", "shop.orders", "shop.items"}
    orders = dags["shop.orders"]
    assert [task.task_id for task in orders.topological_sort()] == ["plan", "extract", "publish", "load", "verify"]
    assert orders.get_task("publish").trigger_rule == "none_failed"
    assert orders.get_task("extract").is_mapped


def test_only_the_pipeline_is_scheduled(folder: Path) -> None:
    """A table's DAG runs when it is asked; all are active at once, never twice, and never catch up."""
    dags = build_dags(folder)
    assert dags["shop"].schedule == "@hourly"
    assert dags["shop.orders"].schedule is None
    for dag in dags.values():
        assert (dag.max_active_runs, dag.catchup, dag.is_paused_upon_creation) == (1, False, False)


def test_sequential_runs_one_table_at_a_time(folder: Path) -> None:
    """The strategy is a limit on the mapped trigger."""
    (folder / "shop.yaml").write_text(GOOD + "strategy: sequential\n")
    assert build_dags(folder)["shop"].get_task("tables").max_active_tis_per_dagrun == 1


def test_a_broken_entry_becomes_a_dag_that_shows_and_fails(folder: Path) -> None:
    """S6: the other DAGs are there, this one carries the error."""
    (folder / "shop.yaml").write_text(GOOD.replace("load: append", "load: appendix"))
    dags = build_dags(folder)
    assert set(dags) == {"shop", "shop.orders", "shop.items"}
    assert "appendix" in (dags["shop.items"].doc_md or "")
    assert dags["shop.orders"].task_ids[0] == "plan"
    task: Any = dags["shop.items"].get_task("broken_yaml")
    with pytest.raises(AirflowFailException, match="appendix"):
        task.python_callable(*task.op_args)


def test_a_broken_file_leaves_the_other_pipelines(folder: Path) -> None:
    """Its own DAG shows what is wrong."""
    (folder / "bad.yaml").write_text("pipeline: [")
    dags = build_dags(folder)
    assert {"shop", "bad"} <= set(dags)
    assert "not YAML" in (dags["bad"].doc_md or "")


def test_parsing_touches_neither_connections_nor_the_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule 10."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("parsing reached out")

    monkeypatch.setattr(BaseHook, "get_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert build_dags(folder)


def test_a_task_start_builds_its_own_dag_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every task start parses the file again; with 500 tables that must stay cheap."""
    (folder / "other.yaml").write_text("this is: [not, a pipeline")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "shop.items")
    assert set(build_dags(folder)) == {"shop.items"}
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "shop")
    assert set(build_dags(folder)) == {"shop"}


@pytest.mark.parametrize("table", ["orders", "odd name", "dots.in.it", "grüße", "_x20_", "a_x20_b"])
def test_every_table_name_makes_a_dag_id_and_comes_back(table: str) -> None:
    """Airflow takes few characters, MySQL takes any."""
    found = ids.dag_id("shop", table)
    assert found.replace("shop.", "", 1).replace("_", "").replace("-", "").isalnum()
    assert found.isascii()
    assert ids.table_of(found.removeprefix("shop.")) == table


class Run:
    def __init__(self, run_type: str) -> None:
        self.run_type = run_type


@pytest.mark.parametrize(("run_type", "expected"), [("scheduled", ["shop.a"]), ("manual", ["shop.a", "shop.b"])])
def test_a_table_with_its_own_schedule_is_left_out_of_scheduled_runs(run_type: str, expected: list[str]) -> None:
    """By hand the whole pipeline runs; what was said in the form is passed on."""
    context = {"dag_run": Run(run_type), "params": {"mode": "sync", "since": None, "limit": 3}}
    chosen = choose_tables("shop", ["a", "b"], ["b"], **context)
    assert [item["trigger_dag_id"] for item in chosen] == expected
    assert chosen[0]["conf"] == {"mode": "sync", "limit": 3}


def test_what_dag_files_import_is_light() -> None:
    """A DAG file is parsed every few seconds: no driver, no Arrow, no cloud library."""
    heavy = ["pyarrow", "boto3", "botocore", "paramiko", "redshift_connector", "pymysql", "fastapi", "numpy", "pandas"]
    check = f"print([m for m in {heavy} if m in sys.modules])"
    code = f"import sys, mysql_redshift.dag_factory; {check}"
    baseline = f"import sys, airflow.sdk, airflow.providers.standard.operators.trigger_dagrun; {check}"
    shown = [
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        for text in (code, baseline)
    ]
    assert shown[0] == shown[1]
