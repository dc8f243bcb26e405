"""A worker that dies in the middle of a load."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from devstack.status import RedshiftStatus, Status
from tests.e2e.conftest import PATIENCE, World, wait_for
from tests.stack.devstack.redshift.control import order

OURS = "mysql_redshift*"


@pytest.fixture
def redshift(stack_status: Status) -> Iterator[RedshiftStatus]:
    """The stand-in; orders that were not carried out are taken back."""
    assert stack_status.redshift is not None
    yield stack_status.redshift
    order(stack_status.redshift, withdraw=OURS)


@pytest.mark.faults
def test_a_killed_load_is_retried_by_airflow_and_loses_nothing(world: World, redshift: RedshiftStatus) -> None:
    """SIGKILL in the middle of COPY: Airflow notices, tries again, and every row is there once."""
    world.table("killed", 9)
    world.pipeline("kill", {"killed": "{}"})
    order(redshift, fault="slow_copy", application_name=OURS, seconds=300)
    run = world.client.trigger("kill.killed", {})
    wait_for(lambda: not order(redshift, pending=True)["pending"])
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/load"
    os.kill(world.client._call("GET", path)["pid"], signal.SIGKILL)
    assert world.client.wait(run, patience=PATIENCE).state == "success"
    assert world.client._call("GET", path)["try_number"] == 2
    assert world.target("kill", "killed") == world.source("killed")
    assert [entry.rows for entry in world.entries("kill", "killed")] == [9]
