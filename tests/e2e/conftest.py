"""Start one real Airflow for all tests of this folder, on the local servers."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.airflow import AirflowClient, DagRun, Settings, running
from devstack.status import MySQLStatus, Status
from mysql_redshift.config import load_pipeline
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogEntry
from mysql_redshift.hooks.clients import Clients
from mysql_redshift.steps.state.journal import Journal
from tests.stack.connections import airflow_connections, connect_mysql, set_connections

FOLDER = Path(__file__).parent
MAX_RUN_SECONDS = 180  # on a busy machine
DAG_FILE = """\
# Airflow parses only files that contain the words airflow and dag.
from pathlib import Path

from mysql_redshift.dag_factory import build_dags

globals().update(build_dags(Path(__file__).parent / "pipelines"))
"""
PIPELINE = """\
pipeline: {name}
schedule: {schedule}
source: {{conn_id: source, database: {database}}}
lake: {{conn_id: aws_default, bucket: lake, prefix: {database}}}
target: {{conn_id: redshift, schema: {database}, ledger_schema: ledger_{database}, iam_role: "{role}"}}
defaults: {{cursor: {{column: updated_at, zone: UTC}}, lag: 0s}}
tables:
{tables}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as e2e, with a longer timeout."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(900))


@dataclass
class Deployment:
    """A running Airflow with a separate source database."""

    client: AirflowClient
    settings: Settings
    database: str
    mysql: Any
    dags: Path

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run and commit a statement at the source; return its rows."""
        with self.mysql.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def create_table(self, name: str, rows: int) -> None:
        """Create a table and insert rows whose cursors are one second apart."""
        self.sql(f"CREATE TABLE {name} (id INT PRIMARY KEY, updated_at DATETIME(6) NOT NULL, note VARCHAR(20))")
        values = ", ".join(f"({i}, TIMESTAMPADD(SECOND, {i}, '2026-01-01'), 'row {i}')" for i in range(rows))
        self.sql(f"INSERT INTO {name} VALUES {values}")

    def write_pipeline(self, name: str, tables: dict[str, str], *, schedule: str = "null") -> None:
        """Write a pipeline's YAML and wait until Airflow has its DAGs; ``tables`` maps table names to YAML."""
        redshift = self.settings.connections["redshift"]
        assert redshift
        lines = "\n".join(f"  {table}: {yaml}" for table, yaml in tables.items())
        text = PIPELINE.format(
            name=name,
            schedule=schedule,
            database=self.database,
            role="arn:aws:iam::123456789012:role/copy",
            tables=lines,
        )
        (self.dags / "pipelines" / f"{name}.yaml").write_text(text)
        (
            self.dags / "mysql_redshift_dags.py"
        ).touch()  # Airflow parses a file again when the file itself changes, not its YAML
        wanted = {name, *(f"{name}.{table}" for table in tables)}
        wait_for(lambda: wanted <= self.client.dag_ids())

    def run(self, dag_id: str, **conf: Any) -> DagRun:
        """Trigger a run over REST and wait until it finishes."""
        return self.client.wait(self.client.trigger(dag_id, conf), patience=MAX_RUN_SECONDS)

    def airflow(self, *arguments: str) -> str:
        """Run an ``airflow`` command as an operator does."""
        command = [str(Path(sys.executable).with_name("airflow")), *arguments]
        environment = {**os.environ, **self.settings.environment()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log_entries(self, pipeline: str, table: str) -> list[LogEntry]:
        """Return the entries of the table's log."""
        spec = load_pipeline(self.dags / "pipelines" / f"{pipeline}.yaml", environment="e2e").tables[table]
        with Clients(spec) as clients:
            journal = Journal(clients.store, TableLayout.of(spec))
            head = journal.head()
            return list(journal.after(0, through=head.sequence)) if head else []

    def target_rows(self, pipeline: str, table: str) -> list[tuple[Any, ...]]:
        """Return the target's rows, sorted; empty if there is no table."""
        spec = load_pipeline(self.dags / "pipelines" / f"{pipeline}.yaml", environment="e2e").tables[table]
        with Clients(spec) as clients, clients.warehouse.session(f"e2e {secrets.token_hex(8)}") as session:
            if session.describe(spec.target.schema, spec.target.table) is None:
                return []
            return sorted(session.query(f'SELECT * FROM "{spec.target.schema}"."{spec.target.table}"'))

    def source_rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return the source's rows, sorted."""
        return sorted(self.sql(f"SELECT * FROM {table}"))

    def task_states(self, run: DagRun, task_id: str) -> set[str]:
        """Return the states of a task's instances in a run."""
        return {task.state for task in self.client.tasks(run) if task.task_id == task_id}


def wait_for(condition: Any, *, seconds: float = MAX_RUN_SECONDS) -> None:
    """Wait until the condition is met."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"the condition was not met within {seconds:.0f} s"
        time.sleep(0.5)


@pytest.fixture(scope="package")
def deployment(stack_status: Status) -> Iterator[Deployment]:
    """Start Airflow once, and stop it before other tests start: its scheduler uses a CPU all the time."""
    server = stack_status.mysql or stack_status.mariadb
    assert isinstance(server, MySQLStatus)
    assert stack_status.postgres is not None
    assert stack_status.redshift is not None
    home = Path(tempfile.mkdtemp(prefix="airflow-e2e-"))
    dags = home / "dags"
    (dags / "pipelines").mkdir(parents=True)
    (dags / "mysql_redshift_dags.py").write_text(DAG_FILE)
    database = f"e2e_{secrets.token_hex(5)}"
    connections = airflow_connections(stack_status, server)
    settings = Settings(
        home=home / "airflow",
        dags=dags,
        environment_name="e2e",
        metadata=stack_status.postgres,
        connections=connections,
        ca_file=Path(stack_status.redshift.ca_file),
        password=secrets.token_hex(8),
    )
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        closing(connect_mysql(server)) as mysql,
        running(settings, print) as access,
        closing(access.client()) as client,
    ):
        set_connections(monkeypatch, connections)
        found = Deployment(client=client, settings=settings, database=database, mysql=mysql, dags=dags)
        found.sql(f"CREATE DATABASE {database}")
        found.sql(f"USE {database}")
        yield found
        found.sql(f"DROP DATABASE {database}")
    shutil.rmtree(home, ignore_errors=True)
