"""The command line run in this process on real servers, with its own pipeline folder, bucket and database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import airflow.sdk  # noqa: F401 - its logging must not keep a stream that ends with the first test
import boto3
import pytest
from botocore.config import Config

from devstack.status import MySQLStatus, S3Status, Status
from mysql_redshift.cli.standalone import main
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
defaults: {{cursor: {{column: updated_at, zone: UTC}}, lag: 0s}}
tables:
  orders: {{}}
  events: {{cursor: id, load: append}}
"""


@pytest.fixture(scope="session")
def mysql_server(stack_status: Status) -> MySQLStatus:
    """One flavor is enough here: the commands do not depend on it."""
    server = getattr(stack_status, wanted_flavors()[0])
    assert isinstance(server, MySQLStatus)
    return server


@dataclass(frozen=True)
class Result:
    """Exit code and output of a command; ``rows`` is the output of ``-o json``."""

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
    environment: pytest.MonkeyPatch

    def run(self, *arguments: str, output: str = "json") -> Result:
        """Run a command; ``--pipeline``, ``--environment`` and ``-o`` are added."""
        code: object = 0
        common = ("--pipeline", "shop", "--folder", "pipelines", "--environment", ENVIRONMENT, "-o", output)
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([*arguments, *common])
            except SystemExit as exc:
                code = exc.code
        return Result(code, out.getvalue(), err.getvalue())

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement at the source and commit it."""
        with self.mysql.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def orders(self, first: int, last: int) -> None:
        """Insert orders for a first run, one per hour of January 1."""
        values = ", ".join(f"({i}, '2026-01-01 {i:02}:00:00', {i}.25)" for i in range(first, last + 1))
        self.sql(f"INSERT INTO orders VALUES {values}")

    def new_orders(self, first: int, last: int) -> None:
        """Insert orders with the current time, which is above the watermark of every earlier run."""
        self.sql("INSERT INTO orders VALUES " + ", ".join(f"({i}, NOW(6), {i}.25)" for i in range(first, last + 1)))

    def target(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement at the target and commit it. ``{t}`` is the table orders."""
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
        """Return every object of the bucket with its ETag, except watermark.json, which is only a cache."""
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {item["Key"]: item["ETag"] for item in found if not item["Key"].endswith("/watermark.json")}

    def connect(self, name: str, **changes: Any) -> None:
        """Change one of Airflow's connections."""
        set_connections(self.environment, {name: {**self.connections[name], **changes}})

    def edit(self, old: str, new: str) -> None:
        """Change the YAML."""
        text = self.yaml.read_text()
        assert old in text
        self.yaml.write_text(text.replace(old, new))


OpenShop = Callable[[], AbstractContextManager[Shop]]


@pytest.fixture
def shop(open_shop: OpenShop) -> Iterator[Shop]:
    """Yield a shop with the empty tables ``orders (id, updated_at, amount)`` and ``events (id, what)``."""
    with open_shop() as shop:
        yield shop


@pytest.fixture(scope="module")
def open_shop(stack_status: Status, mysql_server: MySQLStatus, tmp_path_factory: pytest.TempPathFactory) -> OpenShop:
    """Open a shop with its own database, bucket and folder; the working directory is the folder's parent."""

    @contextmanager
    def open_shop() -> Iterator[Shop]:
        connections = airflow_connections(stack_status, mysql_server)
        name = f"t{secrets.token_hex(6)}"
        assert stack_status.s3 is not None
        assert stack_status.redshift is not None
        with (
            pytest.MonkeyPatch.context() as environment,
            connect_mysql(mysql_server) as mysql,
            new_bucket(stack_status.s3, name) as s3,
        ):
            set_connections(environment, connections)
            environment.chdir(tmp_path_factory.mktemp("shop"))
            path = Path("pipelines/shop.yaml")
            path.parent.mkdir()
            path.write_text(YAML.format(database=name, bucket=name, role=stack_status.redshift.iam_role))
            shop = Shop(path, mysql, s3, name, name, connections, environment)
            shop.sql(f"CREATE DATABASE {name}")
            shop.sql(f"USE {name}")
            shop.sql("CREATE TABLE orders (id BIGINT PRIMARY KEY, updated_at DATETIME(6), amount DECIMAL(12,2))")
            shop.sql("CREATE TABLE events (id BIGINT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20))")
            yield shop
            shop.sql(f"DROP DATABASE {name}")

    return open_shop


@contextmanager
def new_bucket(server: S3Status, name: str) -> Iterator[Any]:
    """Create a bucket, yield a client, and remove the bucket with its objects."""
    client = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(s3={"addressing_style": "path"}),
    )
    client.create_bucket(Bucket=name)
    yield client
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        for item in page.get("Contents", []):
            client.delete_object(Bucket=name, Key=item["Key"])
    client.delete_bucket(Bucket=name)
