"""Where schedules are played: one MySQL, S3 and cluster, each behind a proxy of its own that can fail."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from devstack.status import MySQLStatus, RedshiftStatus, Status
from mysql_redshift.core.spec import CursorRef, LakeRef, LoadMode, SourceRef, Strategy, TableSpec, TargetRef
from tests.faults.lines import Line
from tests.faults.s3_answers import S3Proxy
from tests.faults.schedule import Shape
from tests.stack.connections import airflow_connections, connect_mysql
from tests.stack.devstack.redshift.control import order

TABLE = (
    "CREATE TABLE {t} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, updated_at DATETIME(6) NOT NULL, "
    "amount DECIMAL(12,2), note VARCHAR(50), KEY (updated_at))"
)


@dataclass(kw_only=True)
class Place:
    """Serves one schedule at a time. ``environment`` holds Airflow's connections, which lead through the proxies."""

    database: str
    mysql: Any
    redshift: RedshiftStatus
    environment: dict[str, str]
    s3: S3Proxy
    lines: dict[str, Line]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement at the source; it is committed."""
        with self.mysql.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def cut(self, line: str) -> None:
        """End every connection over a line."""
        self.lines[line].cut()

    def order(self, **fields: Any) -> None:
        """Order a fault of the stand-in."""
        order(self.redshift, **fields)

    def new_table(self, shape: Shape) -> TableSpec:
        """Make a table for one schedule and say how it is to travel."""
        name = f"t_{secrets.token_hex(5)}"
        self.sql(TABLE.format(t=name))
        return TableSpec(
            pipeline="faults",
            environment="test",
            source=SourceRef(conn_id="source", database=self.database, table=name),
            lake=LakeRef(conn_id="aws_default", bucket="lake", prefix="faults"),
            target=TargetRef(
                conn_id="redshift",
                schema=name,  # a schema of its own: making it is part of every first run
                table=name,
                ledger_schema=f"{name}_ledger",
                iam_role=self.redshift.iam_role,
            ),
            strategy=Strategy.INTRA_TABLE if shape is Shape.INTRA_TABLE else Strategy.INTER_TABLE,
            cursor=_cursor(shape),
            load=LoadMode.APPEND if shape is Shape.APPEND else None,
            chunk_rows=10,
            lag=0.0,
        )


def _cursor(shape: Shape) -> CursorRef | None:
    if shape is Shape.REPLACE:
        return None
    return CursorRef(column="id" if shape is Shape.APPEND else "updated_at")


@contextmanager
def place(status: Status, server: MySQLStatus) -> Iterator[Place]:
    """Open the proxies and make a database; both end with the block."""
    if status.bastion is None or status.s3 is None or status.redshift is None:
        raise RuntimeError(f"The stack is not complete: {status}")
    database = f"f_{secrets.token_hex(4)}"
    with ExitStack() as stack:
        lines = {
            "bastion": stack.enter_context(Line((status.bastion.host, status.bastion.port))),
            "mysql": stack.enter_context(Line((server.host, server.port))),
        }
        s3 = S3Proxy(status.s3.endpoint)
        stack.callback(s3.server_close)
        stack.callback(s3.shutdown)
        mysql = stack.enter_context(connect_mysql(server))
        with mysql.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {database}")
            cursor.execute(f"USE {database}")
        yield Place(
            database=database,
            mysql=mysql,
            redshift=status.redshift,
            environment=_environment(status, server, lines, s3),
            s3=s3,
            lines=lines,
        )
        with mysql.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {database}")


def _environment(status: Status, server: MySQLStatus, lines: dict[str, Line], s3: S3Proxy) -> dict[str, str]:
    """Return the connections, with short waits: an S3 that does not answer is tried twice, two seconds each."""
    connections = airflow_connections(status, server)
    connections["source"]["port"] = lines["mysql"].port
    connections["bastion"]["port"] = lines["bastion"].port
    connections["aws_default"]["extra"] |= {
        "endpoint_url": s3.endpoint,
        "config_kwargs": {"read_timeout": 2, "connect_timeout": 2, "retries": {"total_max_attempts": 2}},
    }
    variables = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections.items()}
    return {**variables, "SSL_CERT_FILE": status.redshift.ca_file if status.redshift else ""}
