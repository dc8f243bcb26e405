"""Runs of a real Airflow, each moving exactly the rows it should."""

from __future__ import annotations

import json

import httpx
import pytest

from mysql_redshift.core.log import EntryKind
from tests.e2e.conftest import PATIENCE, World, wait_for


def test_a_pipeline_run_brings_its_tables_and_the_next_one_nothing(world: World) -> None:
    """Two tables, one of them in several mapped chunks; then an empty run that leaves Redshift asleep."""
    world.table("orders", 50)
    world.table("items", 7)
    world.pipeline(
        "first", {"orders": "{strategy: intra-table, chunk_rows: 10}", "items": "{cursor: id, load: append}"}
    )
    assert world.run("first").state == "success"
    for table in ("orders", "items"):
        assert world.target("first", table) == world.source(table)
    (entry,) = world.entries("first", "orders")
    assert len({file.chunk for file in entry.files}) == 5
    assert world.run("first").state == "success"
    assert [(e.kind, e.rows) for e in world.entries("first", "orders")] == [
        (EntryKind.EXTRACT, 50),
        (EntryKind.EMPTY, 0),
    ]


def test_the_form_s_row_limit_is_exact(world: World) -> None:
    """A REST run with the params of the form; the next run goes on behind the last row."""
    world.table("limited", 10)
    world.pipeline("form", {"limited": "{}"})
    assert world.run("form.limited", limit=4).state == "success"
    assert world.target("form", "limited") == world.source("limited")[:4]
    assert world.run("form.limited").state == "success"
    assert [entry.rows for entry in world.entries("form", "limited")] == [4, 6]
    assert world.target("form", "limited") == world.source("limited")


def test_dags_trigger_with_since_and_until_repairs_a_window(world: World) -> None:
    """The command line of the README: exactly that window is read again, and the watermark stays."""
    world.table("repaired", 20)
    world.pipeline("repair", {"repaired": "{}"})
    assert world.run("repair.repaired").state == "success"
    conf = {"since": "2026-01-01T00:00:05Z", "until": "2026-01-01T00:00:08Z", "move_watermark": False}
    world.airflow("dags", "trigger", "repair.repaired", "--conf", json.dumps(conf))
    wait_for(lambda: len(world.entries("repair", "repaired")) == 2)
    first, second = world.entries("repair", "repaired")
    assert (second.kind, second.rows, second.position_to) == (EntryKind.REPAIR, 3, first.position_to)


def test_a_failed_table_leaves_the_others_done(world: World) -> None:
    """The pipeline run fails, because a table did; its neighbour is in the target, verified."""
    world.table("fine", 5)
    world.pipeline("half", {"fine": "{}", "missing": "{}", "broken": "{load: appendix}"})
    run = world.run("half")
    assert run.state == "failed"
    assert world.target("half", "fine") == world.source("fine")
    assert sorted(task.state for task in world.client.tasks(run) if task.task_id == "tables") == [
        "failed",
        "failed",
        "success",
    ]
    assert not world.entries("half", "missing")


def test_a_run_with_nothing_to_extract_loads_what_is_pending(world: World) -> None:
    """S10: backup-only leaves rows on S3; the next run extracts none and loads them."""
    world.table("pending", 6)
    world.pipeline("later", {"pending": "{}"})
    run = world.run("later.pending", mode="backup-only")
    assert (run.state, world.state(run, "load")) == ("success", {"skipped"})
    assert world.target("later", "pending") == []
    assert world.run("later.pending").state == "success"
    assert world.target("later", "pending") == world.source("pending")
    assert [entry.rows for entry in world.entries("later", "pending")] == [6, 0]


def test_a_scheduled_run_needs_nobody(world: World) -> None:
    """The pipeline's DAG carries the schedule and starts its tables."""
    world.table("timed", 3)
    world.pipeline("clock", {"timed": "{}"}, schedule='"* * * * *"')
    wait_for(lambda: world.target("clock", "timed") == world.source("timed"), seconds=PATIENCE)
    (dags := world.dags / "pipelines" / "clock.yaml").unlink()
    assert not dags.exists()


@pytest.mark.parametrize("conf", [{"limit": 0}, {"mode": "everything"}, {"limit": "many"}])
def test_a_bad_conf_is_refused_at_trigger_time(world: World, conf: dict[str, object]) -> None:
    """No run is made of it."""
    world.pipeline("strict", {"orders": "{}"})
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        world.client.trigger("strict.orders", conf)


def test_no_secret_is_in_what_airflow_shows(world: World) -> None:
    """S9: logs, XComs and rendered templates of a whole run hold no password and no key."""
    world.table("quiet", 3)
    world.pipeline("secrets", {"quiet": "{}"})
    run = world.run("secrets.quiet")
    hidden = [str(c["password"]) for c in world.settings.connections.values() if len(str(c.get("password", ""))) > 8]
    shown = []
    for task in world.client.tasks(run):
        shown.append(world.client.log_of(task))
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task.task_id}"
        shown.append(json.dumps(world.client._call("GET", f"{path}/xcomEntries", params={"map_index": task.map_index})))
        if task.map_index < 0:
            shown.append(json.dumps(world.client._call("GET", path)))
    text = "\n".join(shown)
    assert "rows" in text
    assert hidden
    for secret in hidden:
        assert secret not in text
    assert "PRIVATE KEY" not in text
