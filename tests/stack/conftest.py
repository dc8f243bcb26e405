"""Fixtures of the local servers: a separate database and bucket per test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pymysql
import pytest
from botocore.config import Config

from devstack import mysql
from devstack.status import MySQLStatus, S3Status, Status
from tests.conftest import wanted_flavors
from tests.stack.replication import pair

__all__ = ["pair"]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; the hook gets the tests of other folders too."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session", params=wanted_flavors())
def mysql_server(request: pytest.FixtureRequest, stack_status: Status) -> MySQLStatus:
    """The MySQL server, then the MariaDB server: a test with this fixture runs on both."""
    server = getattr(stack_status, request.param)
    if server is None:
        pytest.fail(f"{request.param} is not running ({mysql.preferred()[1]}); MYSQL_FLAVOR=mariadb skips MySQL")
    assert isinstance(server, MySQLStatus)
    return server


@pytest.fixture
def mysql_database(mysql_server: MySQLStatus) -> Iterator[str]:
    """The name of an empty database, dropped after the test."""
    name = f"t_{secrets.token_hex(6)}"
    address: dict[str, Any] = {
        "host": mysql_server.host,
        "port": mysql_server.port,
        "user": mysql_server.user,
        "password": mysql_server.password,
    }
    with closing(pymysql.connect(**address)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield name
    with closing(pymysql.connect(**address)) as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION lock_wait_timeout = 30")  # fails if the test left a transaction open
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def s3_client(stack_status: Status) -> Any:
    """A boto3 client of the S3 server."""
    server = stack_status.s3
    assert server is not None
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(s3={"addressing_style": "path"}, max_pool_connections=32),
    )


@pytest.fixture
def bucket(stack_status: Status, s3_client: Any) -> Iterator[S3Status]:
    """The S3 server with a new, empty bucket, deleted after the test."""
    assert stack_status.s3 is not None
    name = f"t-{secrets.token_hex(6)}"
    s3_client.create_bucket(Bucket=name)
    yield replace(stack_status.s3, bucket=name)
    for page in s3_client.get_paginator("list_objects_v2").paginate(Bucket=name):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            s3_client.delete_objects(Bucket=name, Delete={"Objects": keys})
    s3_client.delete_bucket(Bucket=name)
