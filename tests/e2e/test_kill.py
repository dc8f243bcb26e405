"""A worker that is killed during a load."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from devstack.status import RedshiftStatus, Status
from tests.e2e.conftest import MAX_RUN_SECONDS, Deployment, wait_for
from tests.stack.devstack.redshift.control import order

PROVIDER_SESSIONS = "mysql_redshift*"


@pytest.fixture
def redshift(stack_status: Status) -> Iterator[RedshiftStatus]:
    """Yield the stand-in; withdraw fault orders that did not take effect."""
    assert stack_status.redshift is not None
    yield stack_status.redshift
    order(stack_status.redshift, withdraw=PROVIDER_SESSIONS)


@pytest.mark.faults
def test_airflow_retries_a_killed_load_and_no_row_is_lost(deployment: Deployment, redshift: RedshiftStatus) -> None:
    """SIGKILL during COPY: Airflow detects it and retries, and every row is loaded once."""
    deployment.create_table("killed", 9)
    deployment.write_pipeline("kill", {"killed": "{}"})
    order(redshift, fault="slow_copy", application_name=PROVIDER_SESSIONS, seconds=300)
    run = deployment.client.trigger("kill.killed", {})
    wait_for(lambda: not order(redshift, pending=True)["pending"])
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/load"
    os.kill(deployment.client._call("GET", path)["pid"], signal.SIGKILL)
    assert deployment.client.wait(run, patience=MAX_RUN_SECONDS).state == "success"
    assert deployment.client._call("GET", path)["try_number"] == 2
    assert deployment.target_rows("kill", "killed") == deployment.source_rows("killed")
    assert [entry.rows for entry in deployment.log_entries("kill", "killed")] == [9]
