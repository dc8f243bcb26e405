"""A task's context without a running Airflow, and the table of the steps' tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from devstack.status import MySQLStatus, Status
from tests.table_pipeline import TablePipeline, pipeline

__all__ = ["Context", "TablePipeline", "pipeline"]

# Any: Airflow's Context is a TypedDict of many more keys than a task's code reads.
Context = Callable[..., Any]


@dataclass
class Run:
    """The fields of a DAG run that tasks read."""

    conf: dict[str, Any]
    run_type: str = "manual"
    run_id: str = "manual__1"


@dataclass
class TaskInstance:
    """A task instance; ``pushed`` contains its XComs."""

    dag_id: str = "hand_written"
    run_id: str = "manual__1"
    task_id: str = "task"
    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@pytest.fixture
def mysql_server(stack_status: Status) -> MySQLStatus:
    """One flavor is enough: MySQL and MariaDB differ below the operators only."""
    server = stack_status.mysql or stack_status.mariadb
    assert isinstance(server, MySQLStatus)
    return server


@pytest.fixture
def context() -> Context:
    """Return a function that makes a context; its arguments are the run's params."""

    def make(**params: Any) -> Any:
        return {"ti": TaskInstance(), "dag_run": Run(conf=params), "params": params, "outlet_events": {}}

    return make
