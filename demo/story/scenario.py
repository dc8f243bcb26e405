"""The scenario: fill the source, then three runs with changes in between; each run is verified before the next."""

from __future__ import annotations

import time
from datetime import datetime

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from demo.airflow import Access, AirflowClient
from demo.dataset import Sizes, fill, install_md5, tables
from demo.pipeline.definition import ENVIRONMENT, LOOKBACK_SECONDS, PIPELINE, PREFIX, TARGET_SCHEMA
from demo.pipeline.runs import RunFailed
from demo.proof.lake import Lake
from demo.proof.prover import Prover
from demo.proof.report import Report
from demo.screen import Screen
from demo.servers.endpoints import Endpoints
from demo.servers.supervisor import Servers
from demo.story import changes
from demo.story.runner import Runner
from demo.verifier import target_reader

LAG_SECONDS = 4.0  # slightly more than the provider's lag behind the source's clock
DAGS_SECONDS = 120.0
SAMPLE_ROWS = 5
SAMPLE_COLUMNS = ("id", "merchant_id", "status", "amount", "comment", "updated_at")


class Scenario:
    """One demo on servers that are still starting."""

    def __init__(self, servers: Servers, screen: Screen, result: Report) -> None:
        self._servers = servers
        self._screen = screen
        self._result = result
        self._sizes = Sizes.at(result.scale)
        self._tables = tables(self._sizes)
        self._changed = 0.0

    def run(self) -> Access:
        """Run the whole scenario and add differences to the report; return how to access Airflow."""
        self._screen.heading("Starting the servers")
        endpoints = Endpoints.of(self._servers.wait_stack())
        self._result.source = endpoints.source_name
        self._fill(endpoints)
        self._screen.heading("Starting Airflow: scheduler, api-server, dag-processor, triggerer")
        access = self._servers.wait_airflow()
        client = access.client()
        try:
            self._wait_dags(client)
            self._three_runs(self._runner(client, endpoints))
        finally:
            client.close()
        self._sample(endpoints)
        self._result.finished = True
        return access

    def _fill(self, endpoints: Endpoints) -> None:
        self._screen.heading(f"Filling the database settlement on {endpoints.source_name}")
        source, total = endpoints.source, 0
        with pymysql.connect(
            host=source.host, port=source.port, user=source.user, password=source.password, charset="utf8mb4"
        ) as connection:
            install_md5(connection)
            for table, rows in fill(connection, self._tables):
                total += rows
                self._screen.say(f"  {table.name:<17}{rows:>9,} rows")
        self._screen.say(f"{total:,} rows in {len(self._tables)} tables")

    def _wait_dags(self, client: AirflowClient) -> None:
        """Wait until Airflow has parsed every DAG; raise RunFailed with Airflow's error if one is broken."""
        wanted = {PIPELINE, *(f"{PIPELINE}.{table.name}" for table in self._tables)}
        deadline = time.monotonic() + DAGS_SECONDS
        while missing := wanted - client.dag_ids():
            if (errors := client.import_errors()) or time.monotonic() > deadline:
                raise RunFailed("\n".join([f"DAGs missing in Airflow: {', '.join(sorted(missing))}", *errors]))
            time.sleep(0.5)
        self._screen.say(f"{len(wanted)} DAGs: {PIPELINE} and one per table")

    def _runner(self, client: AirflowClient, endpoints: Endpoints) -> Runner:
        lake = Lake(endpoints.s3, prefix=PREFIX, environment=ENVIRONMENT, pipeline=PIPELINE)
        prover = Prover(lake=lake, tables=self._tables, screen=self._screen)
        return Runner(client=client, endpoints=endpoints, prover=prover, screen=self._screen, result=self._result)

    def _three_runs(self, runner: Runner) -> None:
        everything = {table.name: table.rows for table in self._tables}
        nothing = {table.name: 0 if table.cursor else table.rows for table in self._tables}
        with (
            changes.application(runner.endpoints.source) as late,
            changes.application(runner.endpoints.source) as usual,
        ):
            runner.run(
                "First run: full load",
                everything,
                when_planned=lambda: self._begin_late(late),
                meanwhile=lambda: self._change(runner, late, usual),
                chunked="orders",
            )
            changed = changes.changed_rows(usual, self._tables)
        self._settle()
        runner.run("Second run: only changed rows, including late commits", changed)
        runner.run("Third run: no changes (countries has no cursor, so every run replaces it)", nothing)

    def _begin_late(self, late: Connection[Cursor]) -> None:
        changes.begin_late(late)
        self._screen.say("  an application inserts orders and events in a transaction, not committed yet", "cyan")

    def _change(self, runner: Runner, late: Connection[Cursor], usual: Connection[Cursor]) -> None:
        """Change the source, and commit the late transaction after all others."""
        watermark = runner.prover.lake.entries("orders")[-1].position
        if not isinstance(watermark, datetime):
            raise RunFailed(f"The watermark of orders is {watermark!r}; expected a time")
        changes.change(usual, self._sizes, watermark)
        late.commit()
        self._changed = time.monotonic()
        self._screen.say("  applications insert and update rows; the late transaction commits last", "cyan")

    def _settle(self) -> None:
        """Wait until the changes are older than the lookback: the third run then re-reads nothing."""
        left = self._changed + LOOKBACK_SECONDS + LAG_SECONDS - time.monotonic()
        if left > 0:
            self._screen.say(f"waiting {left:.0f} s until the changes are older than the third run's lookback")
            time.sleep(left)

    def _sample(self, endpoints: Endpoints) -> None:
        orders = self._tables[0]
        indexes = [index for index, column in enumerate(orders.columns) if column.name in SAMPLE_COLUMNS]
        with target_reader(endpoints.bastion, endpoints.redshift, TARGET_SCHEMA) as target:
            rows = target.sample(orders, SAMPLE_ROWS)
        shown = [["NULL" if row[index] is None else str(row[index]) for index in indexes] for row in rows]
        names = [orders.columns[index].name for index in indexes]
        self._screen.table(f"The last {SAMPLE_ROWS} orders in Redshift", names, shown)
