"""Fixtures for tests of the stand-in itself, which connect to the port that accepts every client."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector

from devstack.redshift.conformance.drivers import Address
from devstack.redshift.conformance.run import Cluster
from devstack.status import RedshiftStatus, Status
from tests.stack.devstack.redshift.forwarding import forwarded

Connect = Callable[..., "psycopg.Connection[Any]"]


@pytest.fixture(scope="session")
def redshift(stack_status: Status) -> RedshiftStatus:
    """The stand-in."""
    assert stack_status.redshift is not None
    return stack_status.redshift


@pytest.fixture(scope="session")
def cluster(stack_status: Status, redshift: RedshiftStatus) -> Cluster:
    """The server of the conformance cases."""
    s3 = stack_status.s3
    assert s3 is not None
    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint,
        region_name=s3.region,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
    )
    return Cluster(address=_address(redshift), s3=client, bucket=s3.bucket, iam_role=redshift.iam_role)


def _address(redshift: RedshiftStatus) -> Address:
    return Address(
        host=redshift.host,
        port=redshift.conformance_port,
        user=redshift.user,
        password=redshift.password,
        database=redshift.database,
        ca_file=redshift.ca_file,
    )


@pytest.fixture(scope="session")
def tunnel(stack_status: Status, redshift: RedshiftStatus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A local port that OpenSSH forwards through the bastion to the stand-in."""
    assert stack_status.bastion is not None
    with forwarded(stack_status.bastion, redshift, tmp_path_factory.mktemp("tunnel")) as port:
        yield port


@pytest.fixture(scope="session")
def cluster_behind_the_bastion(cluster: Cluster, tunnel: int) -> Cluster:
    """The server of the conformance cases, reached through the bastion as in production."""
    return replace(cluster, address=replace(cluster.address, port=tunnel))


@pytest.fixture
def connect(redshift: RedshiftStatus) -> Iterator[Connect]:
    """Open psycopg connections, which are closed after the test."""
    opened: list[psycopg.Connection[Any]] = []

    def opener(**changed: Any) -> psycopg.Connection[Any]:
        values: dict[str, Any] = {
            "host": redshift.host,
            "port": redshift.conformance_port,
            "user": redshift.user,
            "password": redshift.password,
            "dbname": redshift.database,
            "sslmode": "verify-ca",
            "sslrootcert": redshift.ca_file,
            "prepare_threshold": None,
            "autocommit": True,
        }
        opened.append(psycopg.connect(**(values | changed)))
        return opened[-1]

    yield opener
    for connection in opened:
        connection.close()


@pytest.fixture
def redshift_connection(redshift: RedshiftStatus) -> Iterator[Any]:
    """A redshift_connector connection without autocommit."""
    connection = redshift_connector.connect(
        host=redshift.host,
        port=redshift.conformance_port,
        user=redshift.user,
        password=redshift.password,
        database=redshift.database,
        ssl=True,
        sslmode="verify-ca",
        max_prepared_statements=0,
    )
    yield connection
    connection.close()


@pytest.fixture
def schema(connect: Connect) -> Iterator[str]:
    """A separate schema per test."""
    name = f"t_{time.time_ns():x}"
    connection = connect()
    connection.execute(f"CREATE SCHEMA {name}".encode())
    yield name
    connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


@pytest.fixture
def order(redshift: RedshiftStatus) -> Iterator[Callable[..., dict[str, Any]]]:
    """Send an order to the control socket; all pending orders are cancelled after the test."""

    def send(**fields: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(redshift.control_socket)
            control.sendall(json.dumps(fields).encode() + b"\n")
            response: dict[str, Any] = json.loads(control.makefile().readline())
        return response

    yield send
    send(clear=True)


@pytest.fixture
def upload(cluster: Cluster, tmp_path: Path) -> Callable[[str, pa.Table], str]:
    """Write a table as Parquet to S3 and return its URL."""

    def put(key: str, table: pa.Table, **options: Any) -> str:
        file = tmp_path / "f.parquet"
        pq.write_table(table, file, **options)
        whole = f"tests/{tmp_path.name}/{key}"
        cluster.s3.upload_file(str(file), cluster.bucket, whole)
        return f"s3://{cluster.bucket}/{whole}"

    return put
