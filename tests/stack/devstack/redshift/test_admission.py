"""Authentication at the stand-in, and the privileges of an ordinary user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from devstack.redshift.conformance.run import Cluster
from devstack.status import RedshiftStatus
from tests.stack.devstack.redshift.conftest import Connect


def test_the_guarded_port_rejects_direct_connections(redshift: RedshiftStatus, connect: Connect) -> None:
    """The FATAL error of a direct connection names the reason."""
    with pytest.raises(psycopg.OperationalError, match="from the bastion only"):
        connect(port=redshift.port)


def test_the_guarded_port_accepts_connections_through_the_bastion(tunnel: int, connect: Connect) -> None:
    """A statement through the tunnel succeeds."""
    assert connect(port=tunnel).execute("SELECT 1").fetchall() == [(1,)]


def test_a_wrong_password_is_rejected(connect: Connect) -> None:
    """The proxy checks the password; PostgreSQL behind it trusts every connection."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(password="wrong")


def test_an_unknown_database_is_rejected(connect: Connect) -> None:
    """The stand-in has a single database."""
    with pytest.raises(psycopg.OperationalError, match='database "nope" does not exist'):
        connect(dbname="nope")


def test_a_connection_without_tls_is_rejected(connect: Connect) -> None:
    """Credentials are never sent unencrypted."""
    with pytest.raises(psycopg.OperationalError, match="SSL is required"):
        connect(sslmode="disable")


def test_the_certificate_does_not_name_the_loopback_address(connect: Connect) -> None:
    """As behind a tunnel on AWS, verify-full fails and verify-ca succeeds."""
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        connect(sslmode="verify-full")


def test_the_server_version_is_8_0_2(connect: Connect) -> None:
    """Drivers choose their queries by the version."""
    assert connect().info.server_version == 80002


@pytest.fixture
def reader(connect: Connect, schema: str) -> Iterator[psycopg.Connection[Any]]:
    """An ordinary user with USAGE on the schema and no other privilege."""
    name, owner = f"u_{schema}", connect()
    owner.execute(f"CREATE USER {name} PASSWORD 'Abcdefg1'".encode())
    owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}".encode())
    owner.execute(f"CREATE TABLE {schema}.t (a BIGINT)".encode())
    connection = connect(user=name, password="Abcdefg1")
    yield connection
    connection.close()
    owner.execute(f"REVOKE ALL ON SCHEMA {schema} FROM {name}".encode())
    owner.execute(f"DROP USER {name}".encode())


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM {}.t", "INSERT INTO {}.t VALUES (1)", "CREATE TABLE {}.u (a INT)"]
)
def test_a_user_without_privilege_is_refused(reader: psycopg.Connection[Any], schema: str, statement: str) -> None:
    """PostgreSQL checks privileges, with its own SQLSTATE."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        reader.execute(statement.format(schema).encode())


def test_a_copy_needs_the_privilege_to_insert(
    reader: psycopg.Connection[Any], schema: str, upload: Any, cluster: Cluster
) -> None:
    """COPY requires the same privilege as INSERT."""
    url = upload("f.parquet", pa.table({"a": pa.array([1], pa.int64())}))
    copy = f"COPY {schema}.t FROM '{url}' IAM_ROLE '{cluster.iam_role}' FORMAT AS PARQUET"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        reader.execute(copy.encode())


@pytest.mark.parametrize("view", ["stl_load_errors", "svl_s3log", "svv_table_info", "stl_connection_log"])
def test_ordinary_users_cannot_read_stl_and_svl_views(reader: psycopg.Connection[Any], view: str) -> None:
    """These views are for superusers."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        reader.execute(f"SELECT * FROM {view}".encode())


@pytest.mark.parametrize("view", ["sys_load_error_detail", "sys_load_history", "svv_columns", "stv_sessions"])
def test_ordinary_users_can_read_the_sys_views(reader: psycopg.Connection[Any], view: str) -> None:
    """SYS_ views show each user their own rows."""
    reader.execute(f"SELECT * FROM {view} LIMIT 1".encode())


def test_ordinary_users_see_only_their_own_load_errors(
    connect: Connect, reader: psycopg.Connection[Any], schema: str
) -> None:
    """The administrator sees the load errors of all users."""
    with pytest.raises(psycopg.errors.Error):
        connect().execute(f"COPY {schema}.t FROM 's3://lake/none/{schema}' IAM_ROLE 'x' FORMAT AS PARQUET".encode())
    query = b"SELECT COUNT(*) FROM sys_load_error_detail"
    assert reader.execute(query).fetchone() == (0,)
    assert connect().execute(query).fetchone() != (0,)
