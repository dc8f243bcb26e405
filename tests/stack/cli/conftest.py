"""The command line in this process, on real servers: a folder with one pipeline, a bucket and a database of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import airflow.sdk  # noqa: F401 - its logging must not keep a stream that ends with the first test
import pytest

from devstack.status import MySQLStatus, S3Status, Status
from mysql_redshift.cli.parser import main
from mysql_redshift.config import read_table
from mysql_redshift.hooks.clients import Clients
from tests.conftest import wanted_flavors
from tests.stack.connections import Connections, airflow_connections, connect_mysql, set_connections

ENVIRONMENT = "test"
YAML = """\
pipeline: shop
source: {{conn_id: source, database: {database}}}
lake: {{bucket: {bucket}, prefix: t}}
target: {{conn_id: redshift, schema: {database}, iam_role: "{role}", ledger_schema: ledger_{database}}}
defaults: {{cursor: updated_at, lag: 0s}}
tables:
  orders: {{}}
  events: {{cursor: id, load: append}}
"""


@pytest.fixture(scope="session")
def mysql_server(stack_status: Status) -> MySQLStatus:
    """One server is enough here: the commands do not know which it is."""
    server = getattr(stack_status, wanted_flavors()[0])
    assert isinstance(server, MySQLStatus)
    return server


@dataclass(frozen=True)
class Result:
    """How a command ended; ``rows`` is what ``-o json`` printed."""

    code: object
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.out)
        return rows

    @property
    def row(self) -> dict[str, Any]:
        (row,) = self.rows
        return row


@dataclass
class Shop:
    """The pipeline ``shop`` and its servers."""

    yaml: Path
    mysql: Any
    s3: Any
    bucket: str
    database: str
    connections: Connections
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    stack: ExitStack = field(default_factory=ExitStack)

    def run(self, *arguments: str, output: str = "json") -> Result:
        """Run a command; ``--pipeline``, ``--environment`` and ``-o`` are added."""
        code: object = 0
        common = ("--pipeline", "shop", "--folder", "pipelines", "--environment", ENVIRONMENT, "-o", output)
        self.capsys.readouterr()
        try:
            main([*arguments, *common])
        except SystemExit as exc:
            code = exc.code
        captured = self.capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement at the source; it is committed."""
        with self.mysql.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def orders(self, first: int, last: int) -> None:
        """Insert orders, one an hour of the first of January: for a first run."""
        values = ", ".join(f"({i}, '2026-01-01 {i:02}:00:00', {i}.25)" for i in range(first, last + 1))
        self.sql(f"INSERT INTO orders VALUES {values}")

    def new_orders(self, first: int, last: int) -> None:
        """Insert orders of this moment: above the watermark of any run before."""
        self.sql("INSERT INTO orders VALUES " + ", ".join(f"({i}, NOW(6), {i}.25)" for i in range(first, last + 1)))

    def target(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement at the target; it is committed. ``{t}`` stands for the table orders."""
        text = statement.format(t=f'"{self.database}"."orders"')
        with (
            Clients(read_table(self.yaml, "orders", environment=ENVIRONMENT)) as clients,
            clients.warehouse.session("test") as session,
        ):
            rows = session.query(text) if text.startswith("SELECT") else [(session.execute(text),)]
            session.commit()
        return rows

    def target_tables(self) -> set[str]:
        """Return the names of the tables in the target's schema."""
        found = self.target(f"SELECT tablename FROM pg_tables WHERE schemaname = '{self.database}'")
        return {str(name) for (name,) in found}

    def objects(self) -> dict[str, str]:
        """Return every object of the bucket with its ETag, but for the readable cache, which decides nothing."""
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {item["Key"]: item["ETag"] for item in found if not item["Key"].endswith("/watermark.json")}

    def connect(self, name: str, **changes: Any) -> None:
        """Change one of Airflow's connections."""
        set_connections(self.monkeypatch, {name: {**self.connections[name], **changes}})

    def edit(self, old: str, new: str) -> None:
        """Change the YAML."""
        text = self.yaml.read_text()
        assert old in text
        self.yaml.write_text(text.replace(old, new))


@pytest.fixture
def shop(
    stack_status: Status,
    mysql_server: MySQLStatus,
    mysql_database: str,
    bucket: S3Status,
    s3_client: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Shop]:
    """Tables ``orders (id, updated_at, amount)`` and ``events (id, what)``, both empty."""
    connections = airflow_connections(stack_status, mysql_server)
    set_connections(monkeypatch, connections)
    monkeypatch.chdir(tmp_path)
    redshift = stack_status.redshift
    assert redshift is not None
    path = Path("pipelines/shop.yaml")
    path.parent.mkdir()
    path.write_text(YAML.format(database=mysql_database, bucket=bucket.bucket, role=redshift.iam_role))
    with ExitStack() as stack:
        mysql = stack.enter_context(connect_mysql(mysql_server, database=mysql_database))
        shop = Shop(path, mysql, s3_client, bucket.bucket, mysql_database, connections, monkeypatch, capsys)
        shop.sql("CREATE TABLE orders (id BIGINT PRIMARY KEY, updated_at DATETIME(6), amount DECIMAL(12,2))")
        shop.sql("CREATE TABLE events (id BIGINT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20))")
        yield shop
