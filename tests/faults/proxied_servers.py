"""The servers of fault schedules: MySQL, S3 and the bastion, each behind a proxy that can inject faults."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from devstack.status import MySQLStatus, RedshiftStatus, Status
from mysql_redshift.core.spec import CursorRef, LakeRef, LoadMode, SourceRef, Strategy, TableSpec, TargetRef
from tests.faults.s3_proxy import S3Proxy
from tests.faults.schedule import Shape
from tests.faults.tcp_proxy import TcpProxy
from tests.stack.connections import airflow_connections, connect_mysql
from tests.stack.devstack.redshift.control import order

TABLE = (
    "CREATE TABLE {t} (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, updated_at DATETIME(6) NOT NULL, "
    "amount DECIMAL(12,2), note VARCHAR(50), KEY (updated_at))"
)


@dataclass(kw_only=True)
class ProxiedServers:
    """Servers for one schedule at a time. ``environment`` has Airflow's connections, which lead through the proxies."""

    database: str
    mysql: Any
    redshift: RedshiftStatus
    environment: dict[str, str]
    s3: S3Proxy
    proxies: dict[str, TcpProxy]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run and commit a statement at the source; return its rows."""
        with self.mysql.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def drop_connections(self, proxy: str) -> None:
        """Close every connection of a proxy."""
        self.proxies[proxy].drop_connections()

    def order_fault(self, **fields: Any) -> None:
        """Order a fault at the stand-in."""
        order(self.redshift, **fields)

    def new_table(self, shape: Shape) -> TableSpec:
        """Create a table for one schedule and return its spec."""
        name = f"t_{secrets.token_hex(5)}"
        self.sql(TABLE.format(t=name))
        return TableSpec(
            pipeline="faults",
            environment="test",
            source=SourceRef(conn_id="source", database=self.database, table=name),
            lake=LakeRef(conn_id="aws_default", bucket="lake", prefix="faults"),
            target=TargetRef(
                conn_id="redshift",
                schema=name,  # a new schema, so that every first run creates it
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
    return CursorRef(column="id") if shape is Shape.APPEND else CursorRef(column="updated_at", zone="UTC")


@contextmanager
def start_servers(status: Status, server: MySQLStatus) -> Iterator[ProxiedServers]:
    """Start the proxies and create a database; stop and drop them when the block exits."""
    if status.bastion is None or status.s3 is None or status.redshift is None:
        raise RuntimeError(f"The local servers are incomplete: {status}")
    database = f"f_{secrets.token_hex(4)}"
    with ExitStack() as stack:
        proxies = {
            "bastion": stack.enter_context(TcpProxy((status.bastion.host, status.bastion.port))),
            "mysql": stack.enter_context(TcpProxy((server.host, server.port))),
        }
        s3 = S3Proxy(status.s3.endpoint)
        stack.callback(s3.server_close)
        stack.callback(s3.shutdown)
        mysql = stack.enter_context(connect_mysql(server))
        with mysql.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {database}")
            cursor.execute(f"USE {database}")
        yield ProxiedServers(
            database=database,
            mysql=mysql,
            redshift=status.redshift,
            environment=_environment(status, server, proxies, s3),
            s3=s3,
            proxies=proxies,
        )
        with mysql.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {database}")


def _environment(status: Status, server: MySQLStatus, proxies: dict[str, TcpProxy], s3: S3Proxy) -> dict[str, str]:
    """Return the connections with short timeouts: a request to S3 is tried twice, for two seconds each."""
    connections = airflow_connections(status, server)
    connections["source"]["port"] = proxies["mysql"].port
    connections["bastion"]["port"] = proxies["bastion"].port
    connections["aws_default"]["extra"] |= {
        "endpoint_url": s3.endpoint,
        "config_kwargs": {"read_timeout": 2, "connect_timeout": 2, "retries": {"total_max_attempts": 2}},
    }
    variables = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(value) for name, value in connections.items()}
    return {**variables, "SSL_CERT_FILE": status.redshift.ca_file if status.redshift else ""}
