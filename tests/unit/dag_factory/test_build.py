"""YAML becomes DAGs: what is built, what a broken entry does, and what parsing may not touch."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, ParamValidationError
from airflow.sdk import DAG, BaseHook
from hypothesis import given
from hypothesis import strategies as st

from mysql_redshift.dag_factory import build_dags, ids, version_compat
from mysql_redshift.dag_factory.params import run_params
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
    orders: Any = dags["shop.orders"]
    assert [task.task_id for task in orders.topological_sort()] == ["plan", "extract", "publish", "load", "verify"]
    assert orders.get_task("publish").trigger_rule == "none_failed"
    assert orders.get_task("extract").is_mapped


def test_only_the_pipeline_is_scheduled(folder: Path) -> None:
    """A table's DAG runs when it is asked; all are active at once, never twice, and never catch up."""
    dags: dict[str, Any] = build_dags(folder)
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
    assert "Invalid YAML" in (dags["bad"].doc_md or "")


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("pipeline: [\nschedule: '@daily'  # at night\n", "@daily"),
        ("pipeline: bad\nschedule: 5 4 * * *\n", "5 4 * * *"),
        ("pipeline: bad\nschedule: hourly\n", "@hourly"),
        ("pipeline: bad\nschedule: null\n", None),
        ("pipeline: bad\n", None),
    ],
)
def test_a_broken_file_keeps_its_schedule(folder: Path, text: str, schedule: str | None) -> None:
    """Nobody looks at a DAG that never runs: its error must show when the pipeline would have run."""
    (folder / "bad.yaml").write_text(text)
    bad: Any = build_dags(folder)["bad"]
    assert bad.schedule == schedule


@pytest.mark.parametrize("name", ["odd name", "a.b", "grüße", "n" * 200])
def test_a_file_of_any_name_leaves_the_other_pipelines(folder: Path, name: str) -> None:
    """Airflow refuses ids of other characters, and with them the whole file."""
    (folder / f"{name}.yaml").write_text("pipeline: x")
    dags = build_dags(folder)
    assert {"shop", "shop.orders", "shop.items"} < set(dags)
    assert len(dags) == 4


def test_a_task_of_a_file_that_broke_since_finds_its_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The DAG that Airflow asks for is there and says what is wrong."""
    (folder / "shop.yaml").write_text("pipeline: [")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "shop.orders")
    assert "Invalid YAML" in (build_dags(folder)["shop.orders"].doc_md or "")


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


NAMES = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), min_size=1, max_size=64)


@given(NAMES | st.text("_x2ae. é", min_size=1, max_size=12))
def test_every_table_name_makes_a_dag_id_and_comes_back(table: str) -> None:
    """Airflow takes few characters, MySQL takes any; long ids are digests, found among all tables."""
    found = ids.dag_id("shop", table)
    DAG(found)
    assert found.count(".") == 1
    assert ids.table_of(found.removeprefix("shop.")) in (table, None)


@pytest.mark.parametrize("table", ["odd name", "grüße", "_xé", "表" * 64])
def test_a_task_start_finds_tables_of_any_name(folder: Path, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever Airflow calls the DAG, it is built from its id alone."""
    (folder / "shop.yaml").write_text(f'{GOOD}  "{table}": {{}}\n')
    (name,) = set(build_dags(folder)) - {"shop", "shop.orders", "shop.items"}
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", name)
    (dag,) = build_dags(folder).values()
    assert dag.dag_id == name
    spec: Any = dag.get_task("plan")
    assert spec.table_spec().source.table == table


@dataclass(frozen=True)
class Run:
    run_type: str
    conf: dict[str, Any] = field(default_factory=dict)
    run_id: str = "run"


@pytest.mark.parametrize(("run_type", "expected"), [("scheduled", ["shop.a"]), ("manual", ["shop.a", "shop.b"])])
def test_a_table_with_its_own_schedule_is_left_out_of_scheduled_runs(run_type: str, expected: list[str]) -> None:
    """By hand the whole pipeline runs; what was said in the form is passed on."""
    context: dict[str, Any] = {"dag_run": Run(run_type), "params": {"mode": "sync", "since": None, "limit": 3}}
    chosen = choose_tables("shop", ["a", "b"], ["b"], **context)
    assert [item["trigger_dag_id"] for item in chosen] == expected
    assert chosen[0]["conf"] == {"mode": "sync", "limit": 3}


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (Run("backfill"), "Backfill runs are refused.*since.*until"),
        (Run("manual", conf={"move_watermak": False}), "Unknown in the run configuration.*\n.*move_watermark"),
    ],
)
def test_what_no_table_could_use_is_refused_before_any_runs(run: Run, message: str) -> None:
    """A backfill's dates mean nothing here; a mistyped field would start a run nobody asked for."""
    with pytest.raises(AirflowFailException, match=f"(?s){message}"):
        choose_tables("shop", ["a"], [], dag_run=run, params={})


def test_lineage_in_a_conf_is_no_mistake() -> None:
    """TriggerDagRunOperator puts it there."""
    run = Run("manual", conf={"openlineage": {}})
    assert choose_tables("shop", ["a"], [], dag_run=run, params={}) == [{"trigger_dag_id": "shop.a", "conf": {}}]


def test_an_older_airflow_does_without_what_it_lacks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """3.1 refuses to build with fail_when_dag_is_paused, and lets deferred tasks pass a limit of one."""
    monkeypatch.setattr(version_compat, "FAILS_WHEN_PAUSED", False)
    monkeypatch.setattr(version_compat, "COUNTS_DEFERRED", False)
    (folder / "shop.yaml").write_text(GOOD + "strategy: sequential\n")
    tables: Any = build_dags(folder)["shop"].get_task("tables")
    settings = tables.partial_kwargs
    assert settings["deferrable"] is False
    assert "fail_when_dag_is_paused" not in settings


def test_a_verified_table_tells_its_asset(folder: Path) -> None:
    """Other DAGs can be scheduled on verified rows; connection, schema and table name them."""
    (asset,) = build_dags(folder)["shop.orders"].get_task("verify").outlets
    assert asset.name == "redshift.shop.orders"


@pytest.mark.parametrize("yaml", ["tags: [%s]" % ("x" * 101), "schedule: 0 0 31 2 *", "schedule: 0 0 5#2 * *"])
def test_what_airflow_would_refuse_breaks_its_own_dag_only(folder: Path, yaml: str) -> None:
    """A tag too long, a date that never comes: each would take the whole file with it, or its DAG away."""
    (folder / "shop.yaml").write_text(GOOD + f"  odd: {{{yaml}}}\n")
    dags = build_dags(folder)
    assert dags["shop.odd"].task_ids == ["broken_yaml"]
    assert dags["shop.orders"].task_ids[0] == "plan"


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("since", "2026-10-01T00:00:00Z", True),
        ("since", "2026-10-01 12:30:00.123456+02:00", True),
        ("since", "2026-10-01", True),
        ("since", "4711", True),
        ("since", "", True),
        ("since", "yesterday", False),
        ("until", "01.10.2026", False),
        ("limit", 0, False),
        ("limit", 5, True),
        ("mode", "everything", False),
        ("dry_run", "yes", False),
    ],
)
def test_the_form_refuses_what_no_run_could_use(name: str, value: object, fits: bool) -> None:
    """Airflow checks a conf against it when a run is triggered, in UI, REST and command line."""
    param = run_params()[name]
    if fits:
        assert param.resolve(value) == value
    else:
        with pytest.raises(ParamValidationError):
            param.resolve(value)


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
