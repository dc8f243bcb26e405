"""Concurrent sessions, split packets, cancelled statements and lost clients."""

from __future__ import annotations

import hashlib
import socket
import ssl
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from devstack.redshift.conformance.run import Cluster
from devstack.redshift.wire import messages as m
from devstack.redshift.wire.framing import Frames
from devstack.status import RedshiftStatus
from tests.stack.devstack.redshift.conftest import Connect


def _sessions(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT COUNT(*) FROM stv_sessions").fetchone()
    assert row is not None
    return int(row[0])


def _settled(connection: psycopg.Connection[Any], wanted: int) -> int:
    deadline = time.monotonic() + 10
    while (found := _sessions(connection)) > wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_sixteen_clients_can_load_concurrently(connect: Connect, schema: str, upload: Any, cluster: Cluster) -> None:
    """Each COPY loads its own table, and each session has its own count."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(5000), pa.int64())}))

    def load(number: int) -> tuple[int, int]:
        connection = connect()
        connection.execute(f"CREATE TABLE {schema}.t{number} (a BIGINT)".encode())
        copy = f"COPY {schema}.t{number} FROM '{url}' IAM_ROLE '{cluster.iam_role}' FORMAT AS PARQUET"
        connection.execute(copy.encode())
        query = f"SELECT COUNT(*), PG_LAST_COPY_COUNT() FROM {schema}.t{number}"
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(load, range(16))) == {(5000, 5000)}


def test_the_session_of_a_lost_client_is_closed(connect: Connect, redshift: RedshiftStatus) -> None:
    """A client that disconnects while its statement runs leaves no session and therefore no lock."""
    watcher = connect()
    before = _sessions(watcher)
    raw = _raw(redshift)
    raw.sendall(m.query("SELECT PG_SLEEP(30)"))
    time.sleep(0.3)
    assert _sessions(watcher) == before + 1
    raw.close()
    assert _settled(watcher, before) == before


def test_a_copy_of_a_lost_client_is_rolled_back(
    connect: Connect, redshift: RedshiftStatus, schema: str, upload: Any, cluster: Cluster, order: Any
) -> None:
    """Its session is closed as well."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(500_000), pa.int64())}))
    watcher = connect()
    watcher.execute(f"CREATE TABLE {schema}.t (a BIGINT)".encode())
    before = _sessions(watcher)
    order(fault="slow_copy", seconds=0.3, count=100, application_name="vanishes")
    raw = _raw(redshift, application_name="vanishes")
    raw.sendall(m.query(f"COPY {schema}.t FROM '{url}' IAM_ROLE '{cluster.iam_role}' FORMAT AS PARQUET"))
    time.sleep(0.8)
    raw.close()
    assert _settled(watcher, before) == before
    assert watcher.execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (0,)


def _raw(redshift: RedshiftStatus, application_name: str = "raw") -> ssl.SSLSocket:
    """Open a connection without a driver, so that a test can close its socket or write single bytes."""
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
    """Read up to a message of this kind and return its body."""
    frames = Frames()
    while True:
        data = connection.recv(65536)
        assert data, "the server closed the connection"
        for message in frames.feed(data):
            if message.kind == kind:
                return message.body


def test_messages_can_be_split_anywhere(redshift: RedshiftStatus) -> None:
    """A statement that arrives byte by byte is executed."""
    raw = _raw(redshift)
    text = m.parse("", "SELECT 42") + m.bind("", "") + m.execute("") + m.SYNC
    for index in range(len(text)):
        raw.sendall(text[index : index + 1])
    assert _until(raw, b"D").endswith(b"42")
    raw.close()


def test_an_invalid_message_closes_only_its_own_connection(connect: Connect, redshift: RedshiftStatus) -> None:
    """Other clients are not affected by a message with an invalid length."""
    raw = _raw(redshift)
    raw.sendall(b"Q" + struct.pack("!I", 2) + b"garbage")
    with pytest.raises((AssertionError, ConnectionError)):
        _until(raw, b"Z")
    assert connect().execute("SELECT 1").fetchone() == (1,)


def test_an_error_skips_to_the_next_sync(connect: Connect, redshift: RedshiftStatus) -> None:
    """Messages that a client sent together with a refused statement are skipped, and the session continues."""
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


def test_a_running_statement_can_be_cancelled(connect: Connect) -> None:
    """A cancel request cancels the statement, and the session continues."""
    connection = connect()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, "SELECT PG_SLEEP(30)")
        time.sleep(0.5)
        connection.cancel_safe(timeout=5)
        with pytest.raises(psycopg.errors.QueryCanceled, match="cancelled on user's request"):
            running.result(10)
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_running_copy_can_be_cancelled(
    connect: Connect, schema: str, upload: Any, cluster: Cluster, order: Any
) -> None:
    """A cancel request during a COPY rolls it back."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(1_000_000), pa.int64())}))
    connection = connect(application_name="cancelled")
    connection.execute(f"CREATE TABLE {schema}.t (a BIGINT)".encode())
    order(fault="slow_copy", seconds=0.2, count=100, application_name="cancelled")
    copy = f"COPY {schema}.t FROM '{url}' IAM_ROLE '{cluster.iam_role}' FORMAT AS PARQUET"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, copy.encode())
        time.sleep(1)
        connection.cancel_safe(timeout=5)
        with pytest.raises(psycopg.errors.QueryCanceled):
            running.result(20)
    assert connection.execute(f"SELECT COUNT(*) FROM {schema}.t".encode()).fetchone() == (0,)
