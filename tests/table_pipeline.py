"""Test harness: one table and the pipeline that syncs it from MySQL to the Redshift stand-in, on real servers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from devstack.status import MySQLStatus, Status
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import CursorRef, LakeRef, SourceRef, TableSpec, TargetRef
from mysql_redshift.hooks.clients import Clients
from mysql_redshift.steps.extract import extract
from mysql_redshift.steps.load import LoadReport, load
from mysql_redshift.steps.plan import plan
from mysql_redshift.steps.publish import publish
from mysql_redshift.steps.reconcile import reconcile
from mysql_redshift.steps.verification.report import VerifyReport
from mysql_redshift.steps.verify import verify
from tests.stack.connections import airflow_connections, connect_mysql, set_connections

CHECKS = ("custody", "bounds", "window")


@dataclass
class TablePipeline:
    """A table and its pipeline. ``sync`` runs all five steps; each step can also be run alone."""

    spec: TableSpec
    clients: Clients
    mysql: Any
    stack: ExitStack
    checks: Sequence[str] = CHECKS
    session: Any = None

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run and commit a statement at the source; return its rows."""
        with self.mysql.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def target(self, statement: str) -> list[tuple[Any, ...]]:
        """Run and commit a statement at the target; ``{t}`` is the target table. One session serves the whole test."""
        if self.session is None:
            self.session = self.stack.enter_context(self.clients.warehouse.session(f"test {secrets.token_hex(8)}"))
        text = statement.format(t=f'"{self.spec.target.schema}"."{self.spec.target.table}"')
        is_query = text.lstrip().upper().startswith("SELECT")
        rows = self.session.query(text) if is_query else [(self.session.execute(text),)]
        self.session.commit()
        return rows

    def change(self, **changes: Any) -> None:
        """Change fields of the table's spec, as an edit of the YAML would."""
        self.spec = replace(self.spec, **changes)

    def plan(self, **request: Any) -> Plan:
        return plan(
            self.spec,
            RunRequest(**request),
            source=self.clients.source,
            store=self.clients.store,
            warehouse=self.clients.warehouse,
        )

    def extract(self, planned: Plan) -> list[Receipt]:
        clients = self.clients
        return [
            extract(planned, chunk, source=clients.source, store=clients.store, encoder=clients.encoder)
            for chunk in planned.work
        ]

    def publish(self, planned: Plan, receipts: Sequence[Receipt]) -> LogEntry | None:
        return publish(planned, receipts, store=self.clients.store)

    def load(self) -> LoadReport:
        return load(self.spec, store=self.clients.store, warehouse=self.clients.warehouse)

    def verify(self, *checks: str, if_due: bool = False) -> VerifyReport:
        chosen = checks or tuple(self.checks)
        step = reconcile if self.spec.reconciles(chosen) else verify
        return step(
            self.spec,
            source=self.clients.source,
            store=self.clients.store,
            warehouse=self.clients.warehouse,
            encoder=self.clients.encoder,
            checks=chosen,
            if_due=if_due,
        )

    def scheduled_run(self, warehouse: Any) -> None:
        """Run all five steps as the factory's DAG does, with the given warehouse."""
        clients = self.clients
        planned = plan(self.spec, RunRequest(), source=clients.source, store=clients.store, warehouse=warehouse)
        self.publish(planned, self.extract(planned))
        load(self.spec, store=clients.store, warehouse=warehouse)
        verify(self.spec, source=clients.source, store=clients.store, warehouse=warehouse, if_due=True)

    def extract_and_publish(self, **request: Any) -> LogEntry:
        """Run plan, extract and publish; return the new log entry."""
        planned = self.plan(**request)
        entry = self.publish(planned, self.extract(planned))
        assert entry is not None
        return entry

    def sync(self, **request: Any) -> LoadReport:
        """Run all five steps."""
        self.extract_and_publish(**request)
        report = self.load()
        self.verify()
        return report

    def rows(self, columns: str = "*") -> list[tuple[Any, ...]]:
        """Return the target's rows, sorted."""
        return sorted(self.target(f"SELECT {columns} FROM {{t}}"))

    def source_rows(self, columns: str = "*") -> list[tuple[Any, ...]]:
        """Return the source's rows, sorted."""
        return sorted(self.sql(f"SELECT {columns} FROM orders"))


@pytest.fixture
def pipeline(
    stack_status: Status, mysql_server: MySQLStatus, mysql_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TablePipeline]:
    """Yield the pipeline of an empty table ``orders (id, updated_at, amount, note)``, with no lag to wait for."""
    set_connections(monkeypatch, airflow_connections(stack_status, mysql_server))
    with ExitStack() as stack:
        mysql = stack.enter_context(connect_mysql(mysql_server, database=mysql_database))
        with mysql.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE orders (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, updated_at DATETIME(6), "
                "amount DECIMAL(12,2), note VARCHAR(50), KEY (updated_at))"
            )
        redshift = stack_status.redshift
        assert redshift is not None
        spec = TableSpec(
            pipeline="shop",
            environment="test",
            source=SourceRef(conn_id="source", database=mysql_database, table="orders"),
            lake=LakeRef(conn_id="aws_default", bucket="lake", prefix=f"t/{mysql_server.flavor}"),
            target=TargetRef(
                conn_id="redshift",
                schema=mysql_database,
                table="orders",
                ledger_schema=f"ledger_{mysql_database}",
                iam_role=redshift.iam_role,
            ),
            cursor=CursorRef(column="updated_at", zone="UTC"),
            lag=0.0,
        )
        clients = stack.enter_context(Clients(spec))
        yield TablePipeline(spec=spec, clients=clients, mysql=mysql, stack=stack)


def insert_orders(pipeline: TablePipeline, rows: int, *, at: str = "2026-01-01 00:00:00", first: int = 1) -> None:
    """Insert rows with consecutive ids from ``first`` and cursors one second apart."""
    values = ", ".join(
        f"({first + i}, TIMESTAMPADD(SECOND, {i}, '{at}'), {i}.25, 'row {first + i}')" for i in range(rows)
    )
    pipeline.sql(f"INSERT INTO orders (id, updated_at, amount, note) VALUES {values}")
