"""Session settings, and the translation of the driver's errors."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from typing import Any

import certifi
import pytest

from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource
from mysql_redshift.errors import AccessDenied, ConfigurationError, ConnectionFailed, SourceError
from tests.stack.mysql.conftest import Connect, execute

pytestmark = pytest.mark.stack


def test_a_session_is_in_utc_and_read_only(source: MySQLSource, database: str) -> None:
    """Every setting that our SQL relies on is set explicitly; the server's defaults do not matter."""
    assert source.query("SELECT @@time_zone, @@sql_mode, @@character_set_results") == [("+00:00", "", "utf8mb4")]
    with pytest.raises(SourceError, match=r"(?i)read.only"):
        source.query(f"CREATE TABLE {database}.t (id INT)")


def test_a_snapshot_does_not_see_later_rows(admin: Any, source: MySQLSource, database: str) -> None:
    """The count and the rows belong to the same snapshot."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB")
    with source.snapshot() as snapshot:
        execute(admin, "INSERT INTO t VALUES (1)")
        assert snapshot.query(f"SELECT COUNT(*) FROM {database}.t") == [(0,)]
    assert source.query(f"SELECT COUNT(*) FROM {database}.t") == [(1,)]


def test_a_wrong_password_is_access_denied_and_stays_secret(address: MySQLAddress) -> None:
    """The message names the user and the server; neither it nor its causes contain the password."""
    wrong = replace(address, user="nobody_here", password="hush-pässwört-✓")
    with pytest.raises(AccessDenied) as error:
        MySQLSource(wrong).query("SELECT 1")
    chain: list[BaseException] = [error.value]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    assert f"nobody_here@{address.host}:{address.port}" in str(error.value)
    assert "hush" not in " ".join([repr(wrong), *map(repr, chain), *map(str, chain)])


def test_a_closed_port_is_a_failed_connection(address: MySQLAddress) -> None:
    """A retry may find the server running."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionFailed, match=f":{free.getsockname()[1]}"):
            MySQLSource(replace(address, host="127.0.0.1", port=free.getsockname()[1])).query("SELECT 1")


def test_an_unknown_host_is_a_failed_connection(address: MySQLAddress) -> None:
    """A retry may find the name resolvable."""
    with pytest.raises(ConnectionFailed):
        MySQLSource(replace(address, host="no-such-host.invalid")).query("SELECT 1")


def test_a_server_that_never_answers_fails_at_the_read_timeout(address: MySQLAddress) -> None:
    """A port that accepts connections and sends nothing must not block a task forever."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        quiet = replace(address, host="127.0.0.1", port=silent.getsockname()[1], read_timeout=0.5)
        with pytest.raises(ConnectionFailed):
            MySQLSource(quiet).query("SELECT 1")


def test_a_statement_without_a_reply_fails_at_the_read_timeout(address: MySQLAddress) -> None:
    with pytest.raises(ConnectionFailed):
        MySQLSource(replace(address, read_timeout=0.5)).query("SELECT SLEEP(5)")


def test_a_server_that_fails_tls_verification_is_a_configuration_error(address: MySQLAddress) -> None:
    """If a CA is configured, a server with another CA's certificate or without TLS is refused."""
    trusted = {"ca": certifi.where(), "verify_mode": True}
    with pytest.raises(ConfigurationError, match=r"certificate could not be verified|offers no TLS"):
        MySQLSource(replace(address, ssl=trusted)).query("SELECT 1")


def test_the_call_after_a_killed_connection_opens_a_new_one(source: MySQLSource, connect: Connect) -> None:
    """A source remains usable after a lost connection."""
    ((thread,),) = source.query("SELECT CONNECTION_ID()")
    execute(connect(), f"KILL {thread}")
    with pytest.raises(ConnectionFailed):
        source.query("SELECT 1")
    assert source.query("SELECT 1") == [(1,)]


def test_a_killed_statement_is_transient(source: MySQLSource, connect: Connect, database: str) -> None:
    """A KILL by an administrator fails one attempt, and a retry may succeed."""
    ((thread,),) = source.query("SELECT CONNECTION_ID()")
    timer = threading.Timer(0.5, lambda: execute(connect(), f"KILL {thread}"))
    timer.start()
    with pytest.raises(ConnectionFailed):
        source.query(
            "SELECT COUNT(*) FROM information_schema.COLLATIONS a, information_schema.COLLATIONS b, "
            "information_schema.COLLATIONS c, information_schema.COLLATIONS d"
        )
    timer.join()


def test_a_missing_column_is_a_source_error(admin: Any, source: MySQLSource, database: str) -> None:
    """An invalid statement fails on every retry, so the error is terminal."""
    execute(admin, "CREATE TABLE t (id INT)")
    with pytest.raises(SourceError, match="1054"):
        source.query(f"SELECT gone FROM {database}.t")
