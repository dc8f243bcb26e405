"""Runs in a real Airflow move exactly the rows they should."""

from __future__ import annotations

import json

import httpx
import pytest

from mysql_redshift.core.log import EntryKind
from tests.e2e.conftest import MAX_RUN_SECONDS, Deployment, wait_for


def test_a_pipeline_run_loads_its_tables_and_the_next_run_loads_nothing(deployment: Deployment) -> None:
    """One of the two tables is extracted in several mapped chunks."""
    deployment.create_table("orders", 50)
    deployment.create_table("items", 7)
    deployment.write_pipeline(
        "first", {"orders": "{strategy: intra-table, chunk_rows: 10}", "items": "{cursor: id, load: append}"}
    )
    assert deployment.run("first").state == "success"
    for table in ("orders", "items"):
        assert deployment.target_rows("first", table) == deployment.source_rows(table)
    (entry,) = deployment.log_entries("first", "orders")
    assert len({file.chunk for file in entry.files}) == 5
    assert deployment.run("first").state == "success"
    assert [(e.kind, e.rows) for e in deployment.log_entries("first", "orders")] == [
        (EntryKind.EXTRACT, 50),
        (EntryKind.EMPTY, 0),
    ]


def test_the_row_limit_of_the_form_is_exact(deployment: Deployment) -> None:
    """A run triggered over REST with the form's params; the next run continues after the last row."""
    deployment.create_table("limited", 10)
    deployment.write_pipeline("form", {"limited": "{}"})
    assert deployment.run("form.limited", limit=4).state == "success"
    assert deployment.target_rows("form", "limited") == deployment.source_rows("limited")[:4]
    assert deployment.run("form.limited").state == "success"
    assert [entry.rows for entry in deployment.log_entries("form", "limited")] == [4, 6]
    assert deployment.target_rows("form", "limited") == deployment.source_rows("limited")


def test_dags_trigger_with_since_and_until_repairs_a_window(deployment: Deployment) -> None:
    """The README has this command: it reads exactly that window again and keeps the watermark."""
    deployment.create_table("repaired", 20)
    deployment.write_pipeline("repair", {"repaired": "{}"})
    assert deployment.run("repair.repaired").state == "success"
    conf = {"since": "2026-01-01T00:00:05Z", "until": "2026-01-01T00:00:08Z", "move_watermark": False}
    deployment.airflow("dags", "trigger", "repair.repaired", "--conf", json.dumps(conf))
    wait_for(lambda: len(deployment.log_entries("repair", "repaired")) == 2)
    first, second = deployment.log_entries("repair", "repaired")
    assert (second.kind, second.rows, second.position_to) == (EntryKind.REPAIR, 3, first.position_to)


def test_a_failed_table_does_not_stop_the_other_tables(deployment: Deployment) -> None:
    """The pipeline run fails because two tables failed; the third is loaded and verified."""
    deployment.create_table("fine", 5)
    deployment.write_pipeline("half", {"fine": "{}", "missing": "{}", "broken": "{load: appendix}"})
    run = deployment.run("half")
    assert run.state == "failed"
    assert deployment.target_rows("half", "fine") == deployment.source_rows("fine")
    assert sorted(task.state for task in deployment.client.tasks(run) if task.task_id == "tables") == [
        "failed",
        "failed",
        "success",
    ]
    assert not deployment.log_entries("half", "missing")


def test_a_run_with_nothing_to_extract_loads_pending_entries(deployment: Deployment) -> None:
    """S10: a backup-only run leaves rows on S3; the next run extracts none and loads them."""
    deployment.create_table("pending", 6)
    deployment.write_pipeline("later", {"pending": "{}"})
    run = deployment.run("later.pending", mode="backup-only")
    assert (run.state, deployment.task_states(run, "load")) == ("success", {"skipped"})
    assert deployment.target_rows("later", "pending") == []
    assert deployment.run("later.pending").state == "success"
    assert deployment.target_rows("later", "pending") == deployment.source_rows("pending")
    assert [entry.rows for entry in deployment.log_entries("later", "pending")] == [6, 0]


def test_the_scheduler_runs_a_scheduled_pipeline(deployment: Deployment) -> None:
    """The pipeline DAG has the schedule and triggers the DAGs of its tables."""
    deployment.create_table("timed", 3)
    deployment.write_pipeline("clock", {"timed": "{}"}, schedule='"* * * * *"')
    wait_for(
        lambda: deployment.target_rows("clock", "timed") == deployment.source_rows("timed"), seconds=MAX_RUN_SECONDS
    )
    (deployment.dags / "pipelines" / "clock.yaml").unlink()  # no more runs while other tests run


@pytest.mark.parametrize("conf", [{"limit": 0}, {"mode": "everything"}, {"limit": "many"}])
def test_an_invalid_conf_is_refused_when_a_run_is_triggered(deployment: Deployment, conf: dict[str, object]) -> None:
    """No run is created."""
    deployment.write_pipeline("strict", {"orders": "{}"})
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        deployment.client.trigger("strict.orders", conf)


def test_airflow_shows_no_secret(deployment: Deployment) -> None:
    """S09: logs, XComs and rendered templates of a run contain no password and no private key."""
    deployment.create_table("quiet", 3)
    deployment.write_pipeline("secrets", {"quiet": "{}"})
    run = deployment.run("secrets.quiet")
    secrets = [
        str(c["password"]) for c in deployment.settings.connections.values() if len(str(c.get("password", ""))) > 8
    ]
    shown = []
    for task in deployment.client.tasks(run):
        shown.append(deployment.client.log_of(task))
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task.task_id}"
        shown.append(
            json.dumps(deployment.client._call("GET", f"{path}/xcomEntries", params={"map_index": task.map_index}))
        )
        if task.map_index < 0:
            shown.append(json.dumps(deployment.client._call("GET", path)))
    text = "\n".join(shown)
    assert "rows" in text
    assert secrets
    for secret in secrets:
        assert secret not in text
    assert "PRIVATE KEY" not in text
