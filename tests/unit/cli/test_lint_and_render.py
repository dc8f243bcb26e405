"""lint, render and schema say everything about the YAML and connect to nothing."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from mysql_redshift.config import json_schema
from tests.unit.cli.conftest import Run


def write(text: str, name: str) -> None:
    path = Path("pipelines") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_lint_of_good_yaml_ends_with_0(run: Run) -> None:
    """And says what it looked at."""
    result = run("lint")
    assert (result.code, result.out, result.err) == (0, "", "1 pipelines checked, 0 mistakes\n")


def test_lint_shows_every_mistake_of_every_file_and_ends_with_1(run: Run) -> None:
    """S5: one line a mistake, as editors jump to it; a file nobody reads is one."""
    write("pipeline: broken\ntables: {a: {chunk_rows: 0}, b: {lod: merge}}\nlakes: {}\n", "broken.yaml")
    write("\n", "empty.yaml")
    write("pipeline: old\n", "old.yml")
    no_pipeline = "The file does not define a pipeline; expected a mapping, for example `pipeline: settlement`, found "
    good = Path("pipelines/settlement.yaml").read_text()
    write(good + "  refunds: {load: upsert}\n  payouts: {keys: id}\n", "settlement.yaml")
    result = run("lint")
    assert result.code == 1
    assert result.out.splitlines() == [
        "pipelines/broken.yaml:1: source: is missing",
        "pipelines/broken.yaml:1: lake: is missing",
        "pipelines/broken.yaml:1: target: is missing",
        "pipelines/broken.yaml:3: lakes: unknown key; did you mean lake?",
        "pipelines/broken.yaml:2: tables.a.chunk_rows: expected at least 1, found 0",
        "pipelines/broken.yaml:2: tables.b.lod: unknown key; did you mean load?",
        f"pipelines/empty.yaml:1: {no_pipeline}an empty file",
        "pipelines/settlement.yaml:13: tables.refunds.load: expected merge, append or replace, found 'upsert'",
        "pipelines/settlement.yaml:14: tables.payouts.keys: unknown key; did you mean key?",
        "pipelines/old.yml: is not read; call it old.yaml",
    ]
    assert result.err == "3 pipelines checked, 10 mistakes\n"


def test_lint_checks_every_overlay(run: Run) -> None:
    """A mistake that only production would meet is found before."""
    write("lake: {prefixx: x}\n", "environments/prod.yaml")
    write("tables: {orders: {chunk_rows: 0}}\n", "environments/settlement.stage.yaml")
    assert run("lint").out.splitlines() == [
        "pipelines/environments/prod.yaml:1: lake.prefixx: unknown key; did you mean prefix?",
        "pipelines/environments/settlement.stage.yaml:1: tables.orders.chunk_rows: expected at least 1, found 0",
    ]
    assert run("lint", "--environment", "default").code == 0


def test_lint_can_be_read_by_a_program(run: Run) -> None:
    """One object a mistake."""
    write("lake: {prefixx: x}\n", "environments/prod.yaml")
    assert json.loads(run("lint", "-o", "json").out) == [
        {
            "place": "pipelines/environments/prod.yaml:1",
            "key": "lake.prefixx",
            "mistake": "unknown key; did you mean prefix?",
        }
    ]


def test_render_says_where_each_value_comes_from(run: Run) -> None:
    """Defaults, the file, the overlay, the model: file and line, or `default`."""
    write("lake: {bucket: prod-lake}\ntables: {orders: {max_chunks: 5}}\n", "environments/prod.yaml")
    result = run("render", "--pipeline", "settlement", "--table", "orders", "--environment", "prod", "-o", "yaml")
    found = {row["setting"]: (row["value"], row["from"]) for row in yaml.safe_load(result.out)}
    assert found["lake.bucket"] == ("prod-lake", "pipelines/environments/prod.yaml:1")
    assert found["lake.prefix"] == ("mysql", "pipelines/settlement.yaml:4")
    assert found["max_chunks"] == (5, "pipelines/environments/prod.yaml:2")
    assert found["chunk_rows"] == (2_000_000, "pipelines/settlement.yaml:9")
    assert found["cursor.column"] == ("updated_at", "pipelines/settlement.yaml:7")
    assert found["cursor.zone"] == ("UTC", "default")
    assert found["lookback"] == (600.0, "pipelines/settlement.yaml:7")
    assert found["strategy"] == ("intra-table", "pipelines/settlement.yaml:9")
    assert result.code == 0


def test_render_does_not_ascribe_a_default_that_was_dropped(run: Run) -> None:
    """`load: replace` drops the inherited cursor: it is not shown, its lookback is the model's own."""
    result = run("render", "--pipeline", "settlement", "--table", "countries", "-o", "json")
    found = {row["setting"]: (row["value"], row["from"]) for row in json.loads(result.out)}
    assert "cursor.column" not in found
    assert found["lookback"] == (0.0, "default")


def test_schema_prints_the_model_s_schema(run: Run) -> None:
    """As JSON on standard output."""
    assert json.loads(run("schema").out) == json_schema()
