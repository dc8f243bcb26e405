"""lint, render and schema read the YAML only and open no connection."""

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


def test_lint_of_valid_yaml_exits_with_0(run: Run) -> None:
    """The summary reports how many pipelines were checked."""
    result = run("lint")
    assert (result.code, result.out, result.err) == (0, "", "1 pipelines checked, 0 errors\n")


def test_lint_reports_every_error_of_every_file_and_exits_with_1(run: Run) -> None:
    """S05: one line per error, starting with file and line. A file with the wrong suffix is an error."""
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
        "pipelines/old.yml: is not read; rename it to old.yaml",
    ]
    assert result.err == "3 pipelines checked, 10 errors\n"


def test_lint_checks_every_overlay(run: Run) -> None:
    """An error that only affects production is found without deploying there."""
    write("lake: {prefixx: x}\n", "environments/prod.yaml")
    write("tables: {orders: {chunk_rows: 0}}\n", "environments/settlement.stage.yaml")
    assert run("lint").out.splitlines() == [
        "pipelines/environments/prod.yaml:1: lake.prefixx: unknown key; did you mean prefix?",
        "pipelines/environments/settlement.stage.yaml:1: tables.orders.chunk_rows: expected at least 1, found 0",
    ]
    assert run("lint", "--environment", "default").code == 0


def test_lint_prints_one_json_object_per_error(run: Run) -> None:
    write("lake: {prefixx: x}\n", "environments/prod.yaml")
    assert json.loads(run("lint", "-o", "json").out) == [
        {
            "location": "pipelines/environments/prod.yaml:1",
            "key": "lake.prefixx",
            "message": "unknown key; did you mean prefix?",
        }
    ]


def test_render_shows_the_file_and_line_of_each_value(run: Run) -> None:
    """Values come from defaults.yaml, the file, the overlay or the model, which is shown as `default`."""
    write("lake: {bucket: prod-lake}\ntables: {orders: {max_chunks: 5}}\n", "environments/prod.yaml")
    result = run("render", "--pipeline", "settlement", "--table", "orders", "--environment", "prod", "-o", "yaml")
    found = {row["setting"]: (row["value"], row["from"]) for row in yaml.safe_load(result.out)}
    assert found["lake.bucket"] == ("prod-lake", "pipelines/environments/prod.yaml:1")
    assert found["lake.prefix"] == ("mysql", "pipelines/settlement.yaml:4")
    assert found["max_chunks"] == (5, "pipelines/environments/prod.yaml:2")
    assert found["chunk_rows"] == (2_000_000, "pipelines/settlement.yaml:9")
    assert found["cursor.column"] == ("updated_at", "pipelines/settlement.yaml:7")
    assert found["cursor.nulls"] == ("fail", "default")
    assert found["lookback"] == (600.0, "pipelines/settlement.yaml:7")
    assert found["strategy"] == ("intra-table", "pipelines/settlement.yaml:9")
    assert result.code == 0


def test_render_omits_an_inherited_setting_that_the_entry_drops(run: Run) -> None:
    """`load: replace` drops the inherited cursor; its lookback is then the default of the model."""
    result = run("render", "--pipeline", "settlement", "--table", "countries", "-o", "json")
    found = {row["setting"]: (row["value"], row["from"]) for row in json.loads(result.out)}
    assert "cursor.column" not in found
    assert found["lookback"] == (0.0, "default")


def test_schema_prints_the_json_schema_of_the_model(run: Run) -> None:
    assert json.loads(run("schema").out) == json_schema()


def test_lint_lists_the_errors_also_if_the_source_cannot_be_queried_for_them(run: Run) -> None:
    """An invalid file has no tables whose source could be queried."""
    write("pipeline: broken\nlakes: {}\n", "broken.yaml")
    plain, asking = run("lint"), run("lint", "--ask-source", "--pipeline", "broken")
    assert plain.code == asking.code == 1
    assert "lakes: unknown key" in asking.out
