"""Who may come in, and what a session leaves behind."""

from __future__ import annotations

import hashlib
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from devstack.process import free_port
from devstack.redshift.conformance.run import Place
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Frames
from devstack.status import RedshiftStatus, Status
from tests.stack.redshift.conftest import Connect


@pytest.fixture
def tunnel(stack_status: Status, tmp_path: Path) -> Iterator[int]:
    """A local port that OpenSSH forwards through the bastion to the stand-in."""
    bastion, redshift, port = stack_status.bastion, stack_status.redshift, free_port()
    assert bastion is not None
    assert redshift is not None
    known = tmp_path / "known_hosts"
    known.write_text(f"[{bastion.host}]:{bastion.port} {bastion.host_key}\n")
    command = ["ssh", "-N", "-L", f"127.0.0.1:{port}:{redshift.host}:{redshift.port}", "-p", str(bastion.port)]
    command += [
        "-o",
        f"UserKnownHostsFile={known}",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "ExitOnForwardFailure=yes",
    ]
    command += ["-F", "/dev/null", "-i", bastion.private_key_file, f"{bastion.user}@{bastion.host}"]
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "the tunnel does not come up"
            time.sleep(0.1)
        else:
            return


def test_the_guarded_port_refuses_who_comes_around_the_bastion(redshift: RedshiftStatus, connect: Connect) -> None:
    """A direct connection ends with a FATAL error that says why."""
    with pytest.raises(psycopg.OperationalError, match="from the bastion only"):
        connect(port=redshift.port)


def test_the_guarded_port_admits_who_comes_through_the_bastion(tunnel: int, connect: Connect) -> None:
    """The same statement through the tunnel is answered."""
    assert connect(port=tunnel).execute("SELECT 1").fetchall() == [(1,)]


def test_a_wrong_password_is_refused(connect: Connect) -> None:
    """The proxy checks the password; PostgreSQL behind it trusts everybody."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(password="wrong")


def test_an_unknown_database_is_refused(connect: Connect) -> None:
    """There is one database."""
    with pytest.raises(psycopg.OperationalError, match='database "nope" does not exist'):
        connect(dbname="nope")


def test_a_connection_without_tls_is_refused(connect: Connect) -> None:
    """Credentials never cross the wire in the open."""
    with pytest.raises(psycopg.OperationalError, match="SSL is required"):
        connect(sslmode="disable")


def test_the_certificate_does_not_name_the_loopback_address(connect: Connect) -> None:
    """As behind a tunnel on AWS: verify-full fails, verify-ca is right."""
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        connect(sslmode="verify-full")


def test_the_server_says_it_is_8_0_2(connect: Connect) -> None:
    """Drivers choose their ways by the version."""
    assert connect().info.server_version == 80002


@pytest.fixture
def reader(connect: Connect, schema: str) -> Iterator[psycopg.Connection[Any]]:
    """An ordinary user, who may use the schema and nothing in it."""
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
    """Privileges are PostgreSQL's, with its SQLSTATE."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        reader.execute(statement.format(schema).encode())


def test_a_copy_needs_the_privilege_to_insert(
    reader: psycopg.Connection[Any], schema: str, upload: Any, place: Place
) -> None:
    """COPY is checked like INSERT."""
    url = upload("f.parquet", pa.table({"a": pa.array([1], pa.int64())}))
    copy = f"COPY {schema}.t FROM '{url}' IAM_ROLE '{place.iam_role}' FORMAT AS PARQUET"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        reader.execute(copy.encode())


@pytest.mark.parametrize("view", ["stl_load_errors", "svl_s3log", "svv_table_info", "stl_connection_log"])
def test_ordinary_users_are_denied_the_logs(reader: psycopg.Connection[Any], view: str) -> None:
    """STL_ and SVL_ views are for superusers."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        reader.execute(f"SELECT * FROM {view}".encode())


@pytest.mark.parametrize("view", ["sys_load_error_detail", "sys_load_history", "svv_columns", "stv_sessions"])
def test_ordinary_users_read_the_sys_views(reader: psycopg.Connection[Any], view: str) -> None:
    """SYS_ views show everybody what is theirs."""
    reader.execute(f"SELECT * FROM {view} LIMIT 1".encode())


def test_an_ordinary_user_sees_own_load_errors_only(
    connect: Connect, reader: psycopg.Connection[Any], schema: str
) -> None:
    """The administrator sees all of them."""
    with pytest.raises(psycopg.errors.Error):
        connect().execute(f"COPY {schema}.t FROM 's3://lake/none/{schema}' IAM_ROLE 'x' FORMAT AS PARQUET".encode())
    question = b"SELECT COUNT(*) FROM sys_load_error_detail"
    assert reader.execute(question).fetchone() == (0,)
    assert connect().execute(question).fetchone() != (0,)


def _sessions(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT COUNT(*) FROM stv_sessions").fetchone()
    assert row is not None
    return int(row[0])


def _settled(connection: psycopg.Connection[Any], wanted: int) -> int:
    deadline = time.monotonic() + 10
    while (found := _sessions(connection)) > wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_sixteen_clients_load_at_once(connect: Connect, schema: str, upload: Any, place: Place) -> None:
    """Each COPY fills its own table and counts its own rows."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(5000), pa.int64())}))

    def load(number: int) -> tuple[int, int]:
        connection = connect()
        connection.execute(f"CREATE TABLE {schema}.t{number} (a BIGINT)".encode())
        copy = f"COPY {schema}.t{number} FROM '{url}' IAM_ROLE '{place.iam_role}' FORMAT AS PARQUET"
        connection.execute(copy.encode())
        question = f"SELECT COUNT(*), PG_LAST_COPY_COUNT() FROM {schema}.t{number}"
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(load, range(16))) == {(5000, 5000)}


def test_no_session_stays_behind_its_client(connect: Connect, redshift: RedshiftStatus) -> None:
    """A client that vanishes while its statement runs leaves no session, and so no lock."""
    watcher = connect()
    before = _sessions(watcher)
    raw = _raw(redshift)
    raw.sendall(m.query("SELECT PG_SLEEP(30)"))
    time.sleep(0.3)
    assert _sessions(watcher) == before + 1
    raw.close()
    assert _settled(watcher, before) == before


def test_a_client_that_vanishes_during_copy_leaves_nothing(
    connect: Connect, redshift: RedshiftStatus, schema: str, upload: Any, place: Place, order: Any
) -> None:
    """Its transaction is rolled back and its session ends."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(500_000), pa.int64())}))
    watcher = connect()
    watcher.execute(f"CREATE TABLE {schema}.t (a BIGINT)".encode())
    before = _sessions(watcher)
    order(fault="slow_copy", seconds=0.3, count=100, application_name="vanishes")
    raw = _raw(redshift, application_name="vanishes")
    raw.sendall(m.query(f"COPY {schema}.t FROM '{url}' IAM_ROLE '{place.iam_role}' FORMAT AS PARQUET"))
    time.sleep(0.8)
    raw.close()
    assert _settled(watcher, before) == before
    assert watcher.execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (0,)


def _raw(redshift: RedshiftStatus, application_name: str = "raw") -> ssl.SSLSocket:
    """A connection without a driver: its socket can be closed at any moment, and written to a byte at a time."""
    plain = socket.create_connection((redshift.host, redshift.conformance_port), 30)
    plain.sendall(struct.pack("!II", 8, m.SSL_REQUEST))
    assert plain.recv(1) == b"S"
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    secured = context.wrap_socket(plain)
    secured.sendall(
        m.startup({"user": redshift.user, "database": redshift.database, "application_name": application_name})
    )
    challenge = _until(secured, b"R")
    salt = challenge[-4:]
    inner = hashlib.md5((redshift.password + redshift.user).encode()).hexdigest()
    secured.sendall(m.message(b"p", m.cstring("md5" + hashlib.md5(inner.encode() + salt).hexdigest())))
    _until(secured, b"Z")
    return secured


def _until(connection: ssl.SSLSocket, kind: bytes) -> bytes:
    """Read up to a message of a kind and return its body."""
    frames = Frames()
    while True:
        data = connection.recv(65536)
        assert data, "the server closed the connection"
        for message in frames.feed(data):
            if message.kind == kind:
                return message.body


def test_messages_may_be_cut_anywhere(redshift: RedshiftStatus) -> None:
    """A statement that comes a byte at a time is understood."""
    raw = _raw(redshift)
    text = m.parse("", "SELECT 42") + m.bind("", "") + m.execute("") + m.SYNC
    for index in range(len(text)):
        raw.sendall(text[index : index + 1])
    assert _until(raw, b"D").endswith(b"42")
    raw.close()


def test_garbage_ends_its_own_connection_only(connect: Connect, redshift: RedshiftStatus) -> None:
    """A message of impossible length is no reason to end anything but its sender."""
    raw = _raw(redshift)
    raw.sendall(b"Q" + struct.pack("!I", 2) + b"garbage")
    with pytest.raises((AssertionError, ConnectionError)):
        _until(raw, b"Z")
    assert connect().execute("SELECT 1").fetchone() == (1,)


def test_an_error_skips_to_the_next_sync(connect: Connect, redshift: RedshiftStatus) -> None:
    """What a client sent behind a refused statement in one go is dropped, and the session goes on."""
    raw = _raw(redshift)
    refused = m.parse("", "SELECT DISTINCT ON (a) a FROM t") + m.bind("", "") + m.execute("") + m.SYNC
    raw.sendall(refused + m.parse("", "SELECT 43") + m.bind("", "") + m.execute("") + m.SYNC)
    assert b"DISTINCT ON" in _until(raw, b"E")
    raw.close()
    piped = connect()
    with piped.pipeline():
        first = piped.execute("SELECT 1")
        second = piped.execute("SELECT 2")
        assert (first.fetchone(), second.fetchone()) == ((1,), (2,))


def test_a_running_statement_is_cancelled(connect: Connect) -> None:
    """A cancel request reaches the statement, and the session goes on."""
    connection = connect()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, "SELECT PG_SLEEP(30)")
        time.sleep(0.5)
        connection.cancel_safe(timeout=5)
        with pytest.raises(psycopg.errors.QueryCanceled, match="cancelled on user's request"):
            running.result(10)
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_running_copy_is_cancelled(connect: Connect, schema: str, upload: Any, place: Place, order: Any) -> None:
    """A cancel request in the middle of a COPY rolls it back."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(1_000_000), pa.int64())}))
    connection = connect(application_name="cancelled")
    connection.execute(f"CREATE TABLE {schema}.t (a BIGINT)".encode())
    order(fault="slow_copy", seconds=0.2, count=100, application_name="cancelled")
    copy = f"COPY {schema}.t FROM '{url}' IAM_ROLE '{place.iam_role}' FORMAT AS PARQUET"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, copy.encode())
        time.sleep(1)
        connection.cancel_safe(timeout=5)
        with pytest.raises(psycopg.errors.QueryCanceled):
            running.result(20)
    assert connection.execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (0,)


def test_redshift_connector_loads_and_commits(
    redshift_connection: Any, connect: Connect, schema: str, upload: Any, place: Place
) -> None:
    """The driver of the product: a COPY inside its own transaction, the count, the commit."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(10), pa.int64())}))
    cursor = redshift_connection.cursor()
    cursor.execute(f"CREATE TABLE {schema}.t (a BIGINT)")
    cursor.execute(f"COPY {schema}.t FROM '{url}' IAM_ROLE '{place.iam_role}' FORMAT AS PARQUET")
    cursor.execute("SELECT PG_LAST_COPY_COUNT()")
    assert cursor.fetchall() == ([10],)
    redshift_connection.commit()
    assert connect().execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (10,)


def test_values_come_back_through_redshift_connector(redshift_connection: Any) -> None:
    """SUPER and VARBYTE bear Redshift's type numbers, so that the driver reads them."""
    cursor = redshift_connection.cursor()
    cursor.execute("SELECT JSON_PARSE('{\"a\":1}'), FROM_HEX('616263'), 1.25::DECIMAL(5,2)")
    assert cursor.fetchone() == ['{"a":1}', "abc", Decimal("1.25")]
    assert [column[1] for column in cursor.description][:2] == [4000, 6551]
