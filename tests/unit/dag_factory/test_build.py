"""The DAG factory: which DAGs are built, how invalid entries behave, and what parsing must not use."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.common.compat.sdk import AirflowFailException, ParamValidationError
from airflow.sdk import DAG, BaseHook
from hypothesis import given
from hypothesis import strategies as st

from mysql_redshift.dag_factory import build_dags, ids, version_compat
from mysql_redshift.dag_factory.params import run_params
from mysql_redshift.dag_factory.pipeline_dag import choose_tables

REPOSITORY = Path(__file__).parents[3]
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


def test_each_table_and_each_pipeline_gets_a_dag(folder: Path) -> None:
    """Also fixes the DAG ids and the order of a table's tasks."""
    dags = build_dags(folder)
    assert set(dags) == {"shop", "shop.orders", "shop.items"}
    orders: Any = dags["shop.orders"]
    assert [task.task_id for task in orders.topological_sort()] == ["plan", "extract", "publish", "load", "verify"]
    assert orders.get_task("publish").trigger_rule == "none_failed"
    assert orders.get_task("extract").is_mapped


def test_only_the_pipeline_dag_has_a_schedule(folder: Path) -> None:
    """Table DAGs run when triggered. All DAGs are created unpaused, with one active run and no catchup."""
    dags: dict[str, Any] = build_dags(folder)
    assert dags["shop"].schedule == "@hourly"
    assert dags["shop.orders"].schedule is None
    for dag in dags.values():
        assert (dag.max_active_runs, dag.catchup, dag.is_paused_upon_creation) == (1, False, False)


def test_the_sequential_strategy_runs_one_table_at_a_time(folder: Path) -> None:
    """The strategy limits the active instances of the mapped trigger task."""
    (folder / "shop.yaml").write_text(GOOD + "strategy: sequential\n")
    assert build_dags(folder)["shop"].get_task("tables").max_active_tis_per_dagrun == 1


def test_an_invalid_entry_becomes_a_dag_that_shows_its_error_and_fails(folder: Path) -> None:
    """S06: the other DAGs are built."""
    (folder / "shop.yaml").write_text(GOOD.replace("load: append", "load: appendix"))
    dags = build_dags(folder)
    assert set(dags) == {"shop", "shop.orders", "shop.items"}
    assert "appendix" in (dags["shop.items"].doc_md or "")
    assert dags["shop.orders"].task_ids[0] == "plan"
    task: Any = dags["shop.items"].get_task("broken_yaml")
    with pytest.raises(AirflowFailException, match="appendix"):
        task.python_callable(*task.op_args)


def test_an_invalid_file_does_not_affect_other_pipelines(folder: Path) -> None:
    """Its placeholder DAG shows the error."""
    (folder / "bad.yaml").write_text("pipeline: [")
    dags = build_dags(folder)
    assert {"shop", "bad"} <= set(dags)
    assert "Invalid YAML" in (dags["bad"].doc_md or "")


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("pipeline: [\nschedule: '@daily'  # a comment\n", "@daily"),
        ("pipeline: bad\nschedule: 5 4 * * *\n", "5 4 * * *"),
        ("pipeline: bad\nschedule: hourly\n", "@hourly"),
        ("pipeline: bad\nschedule: null\n", None),
        ("pipeline: bad\n", None),
    ],
)
def test_an_invalid_file_keeps_its_schedule(folder: Path, text: str, schedule: str | None) -> None:
    """The placeholder must fail when the pipeline would have run: a DAG that never runs is not noticed."""
    (folder / "bad.yaml").write_text(text)
    bad: Any = build_dags(folder)["bad"]
    assert bad.schedule == schedule


@pytest.mark.parametrize("name", ["odd name", "a.b", "grüße", "n" * 200])
def test_a_file_name_that_airflow_rejects_does_not_affect_other_pipelines(folder: Path, name: str) -> None:
    """Airflow rejects the whole DAG file if one DAG id has other characters."""
    (folder / f"{name}.yaml").write_text("pipeline: x")
    dags = build_dags(folder)
    assert {"shop", "shop.orders", "shop.items"} < set(dags)
    assert len(dags) == 4


def test_a_task_whose_yaml_became_invalid_finds_its_dag_and_the_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task start builds only the DAG with this id, which must exist."""
    (folder / "shop.yaml").write_text("pipeline: [")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "shop.orders")
    assert "Invalid YAML" in (build_dags(folder)["shop.orders"].doc_md or "")


def test_parsing_uses_neither_connections_nor_the_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow parses DAG files every few seconds, so a parse must not depend on a server."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("parsing used a connection")

    monkeypatch.setattr(BaseHook, "get_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert build_dags(folder)


def test_a_task_start_builds_only_its_own_dag(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every task start parses the DAG file; with 500 tables that must stay cheap."""
    (folder / "other.yaml").write_text("this is: [not, a pipeline")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "shop.items")
    assert set(build_dags(folder)) == {"shop.items"}
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "shop")
    assert set(build_dags(folder)) == {"shop"}


NAMES = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), min_size=1, max_size=64)


@given(NAMES | st.text("_x2ae. é", min_size=1, max_size=12))
def test_every_table_name_maps_to_a_valid_dag_id_and_back(table: str) -> None:
    """Long names become digests, which have no inverse."""
    found = ids.dag_id("shop", table)
    DAG(found)
    assert found.count(".") == 1
    assert ids.table_of(found.removeprefix("shop.")) in (table, None)


@pytest.mark.parametrize("table", ["odd name", "grüße", "_xé", "表" * 64])
def test_a_task_start_finds_tables_of_any_name(folder: Path, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The DAG is built from its id alone, whether escaped or a digest."""
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
    """Manual runs include all tables. The run's params are passed on."""
    context: dict[str, Any] = {"dag_run": Run(run_type), "params": {"mode": "sync", "since": None, "limit": 3}}
    chosen = choose_tables("shop", ["a", "b"], ["b"], **context)
    assert [item["trigger_dag_id"] for item in chosen] == expected
    assert chosen[0]["conf"] == {"mode": "sync", "limit": 3}


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (Run("backfill"), "Backfill runs are not supported.*since.*until"),
        (Run("manual", conf={"move_watermak": False}), "Unknown fields in the run configuration.*\n.*move_watermark"),
    ],
)
def test_an_unusable_run_is_refused_before_any_table_runs(run: Run, message: str) -> None:
    """A backfill's dates have no meaning here, and a mistyped field would start the wrong run."""
    with pytest.raises(AirflowFailException, match=f"(?s){message}"):
        choose_tables("shop", ["a"], [], dag_run=run, params={})


def test_openlineage_in_a_conf_is_accepted() -> None:
    """TriggerDagRunOperator adds it."""
    run = Run("manual", conf={"openlineage": {}})
    assert choose_tables("shop", ["a"], [], dag_run=run, params={}) == [{"trigger_dag_id": "shop.a", "conf": {}}]


def test_settings_that_an_older_airflow_lacks_are_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow 3.1 rejects fail_when_dag_is_paused and does not count deferred tasks towards a limit."""
    monkeypatch.setattr(version_compat, "FAILS_WHEN_PAUSED", False)
    monkeypatch.setattr(version_compat, "COUNTS_DEFERRED", False)
    (folder / "shop.yaml").write_text(GOOD + "strategy: sequential\n")
    tables: Any = build_dags(folder)["shop"].get_task("tables")
    settings = tables.partial_kwargs
    assert settings["deferrable"] is False
    assert "fail_when_dag_is_paused" not in settings


def test_the_verify_task_updates_the_tables_asset(folder: Path) -> None:
    """Other DAGs can be scheduled on verified rows. Connection, schema and table name the asset."""
    (asset,) = build_dags(folder)["shop.orders"].get_task("verify").outlets
    assert asset.name == "redshift.shop.orders"


@pytest.mark.parametrize("yaml", ["tags: [%s]" % ("x" * 101), "schedule: 0 0 31 2 *", "schedule: 0 0 5#2 * *"])
def test_a_setting_that_airflow_rejects_affects_only_its_own_dag(folder: Path, yaml: str) -> None:
    """A long tag would fail the whole DAG file; a schedule without a date would remove its DAG."""
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
def test_the_form_accepts_only_values_that_a_run_can_use(name: str, value: object, fits: bool) -> None:
    """Airflow validates a conf when a run is triggered in the UI, the REST API or the command line."""
    param = run_params()[name]
    if fits:
        assert param.resolve(value) == value
    else:
        with pytest.raises(ParamValidationError):
            param.resolve(value)


def test_a_dag_file_imports_nothing_heavy() -> None:
    """DAG files are parsed every few seconds: no driver, no Arrow and no cloud library may be imported."""
    heavy = ["pyarrow", "boto3", "botocore", "paramiko", "redshift_connector", "pymysql", "fastapi", "numpy", "pandas"]
    check = f"print([m for m in {heavy} if m in sys.modules])"
    code = f"import sys, mysql_redshift.dag_factory; {check}"
    baseline = f"import sys, airflow.sdk, airflow.providers.standard.operators.trigger_dagrun; {check}"
    shown = [
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        for text in (code, baseline)
    ]
    assert shown[0] == shown[1]


DAG_FILE = REPOSITORY / "dags" / "mysql_redshift_dags.py"


def test_airflow_finds_the_dags_of_the_example_dag_file(folder: Path, tmp_path: Path) -> None:
    """The file is parsed unchanged, next to the pipelines of this test."""
    (tmp_path / "dags" / "pipelines").mkdir(parents=True)
    (folder / "shop.yaml").rename(tmp_path / "dags" / "pipelines" / "shop.yaml")
    copy = tmp_path / "dags" / DAG_FILE.name
    copy.write_text(DAG_FILE.read_text())
    bag = DagBag(dag_folder=copy, safe_mode=True)
    assert bag.import_errors == {}
    assert set(bag.dags) == {"shop", "shop.orders", "shop.items"}


def test_the_readme_shows_the_example_dag_file() -> None:
    """The README must show the form that the test above proves."""
    readme = (REPOSITORY / "README.md").read_text()
    blocks = [textwrap.dedent(code) for code in re.findall(r"```python\n(.*?)\n *```", readme, re.DOTALL)]
    (shown,) = [code for code in blocks if "build_dags" in code]
    assert statements(shown) == statements(DAG_FILE.read_text())


def statements(code: str) -> list[str]:
    """Return the statements of a module without comments and docstring."""
    return [ast.unparse(node) for node in ast.parse(code).body if not is_text(node)]


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
