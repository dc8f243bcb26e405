"""Sessions, and what becomes of the driver's errors."""

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


def test_a_session_is_in_utc_and_reads_only(source: MySQLSource, database: str) -> None:
    """Everything that our SQL relies on is set, whatever the server's defaults are."""
    assert source.query("SELECT @@time_zone, @@sql_mode, @@character_set_results") == [("+00:00", "", "utf8mb4")]
    with pytest.raises(SourceError, match=r"(?i)read.only"):
        source.query(f"CREATE TABLE {database}.t (id INT)")


def test_a_snapshot_does_not_see_what_comes_later(admin: Any, source: MySQLSource, database: str) -> None:
    """Count and rows are of one moment."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB")
    with source.snapshot() as snapshot:
        execute(admin, "INSERT INTO t VALUES (1)")
        assert snapshot.query(f"SELECT COUNT(*) FROM {database}.t") == [(0,)]
    assert source.query(f"SELECT COUNT(*) FROM {database}.t") == [(1,)]


def test_a_wrong_password_is_access_denied_and_not_told(address: MySQLAddress) -> None:
    """The message names user and server; the password is in none of the errors behind it either."""
    wrong = replace(address, user="nobody_here", password="hush-pässwört-✓")
    with pytest.raises(AccessDenied) as error:
        MySQLSource(wrong).query("SELECT 1")
    chain: list[BaseException] = [error.value]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    assert f"nobody_here@{address.host}:{address.port}" in str(error.value)
    assert "hush" not in " ".join([repr(wrong), *map(repr, chain), *map(str, chain)])


def test_a_closed_port_is_a_failed_connection(address: MySQLAddress) -> None:
    """Another try may find the server up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionFailed, match=f":{free.getsockname()[1]}"):
            MySQLSource(replace(address, host="127.0.0.1", port=free.getsockname()[1])).query("SELECT 1")


def test_an_unknown_host_is_a_failed_connection(address: MySQLAddress) -> None:
    """Names may come back, too."""
    with pytest.raises(ConnectionFailed):
        MySQLSource(replace(address, host="no-such-host.invalid")).query("SELECT 1")


def test_a_silent_server_is_found_in_bounded_time(address: MySQLAddress) -> None:
    """Something that listens and says nothing must not hold a task for ever."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        quiet = replace(address, host="127.0.0.1", port=silent.getsockname()[1], read_timeout=0.5)
        with pytest.raises(ConnectionFailed):
            MySQLSource(quiet).query("SELECT 1")


def test_a_silent_statement_is_found_in_bounded_time(address: MySQLAddress) -> None:
    """A statement without an answer ends at the read timeout."""
    with pytest.raises(ConnectionFailed):
        MySQLSource(replace(address, read_timeout=0.5)).query("SELECT SLEEP(5)")


def test_tls_that_cannot_be_trusted_is_a_configuration_error(address: MySQLAddress) -> None:
    """With a CA given, a server that it did not sign is refused, and so is one that offers no TLS at all."""
    trusted = {"ca": certifi.where(), "verify_mode": True}
    with pytest.raises(ConfigurationError, match=r"certificate was not accepted|offers no TLS"):
        MySQLSource(replace(address, ssl=trusted)).query("SELECT 1")


def test_a_killed_connection_fails_and_the_next_call_opens_another(source: MySQLSource, connect: Connect) -> None:
    """A lost connection decides nothing; a source goes on after it."""
    ((thread,),) = source.query("SELECT CONNECTION_ID()")
    execute(connect(), f"KILL {thread}")
    with pytest.raises(ConnectionFailed):
        source.query("SELECT 1")
    assert source.query("SELECT 1") == [(1,)]


def test_a_statement_killed_while_it_runs_is_transient(source: MySQLSource, connect: Connect, database: str) -> None:
    """An administrator who ends a statement ends a try, not the table."""
    ((thread,),) = source.query("SELECT CONNECTION_ID()")
    timer = threading.Timer(0.5, lambda: execute(connect(), f"KILL {thread}"))
    timer.start()
    with pytest.raises(ConnectionFailed):
        source.query(
            "SELECT COUNT(*) FROM information_schema.COLLATIONS a, information_schema.COLLATIONS b, "
            "information_schema.COLLATIONS c, information_schema.COLLATIONS d"
        )
    timer.join()


def test_a_column_that_is_gone_is_a_source_error(admin: Any, source: MySQLSource, database: str) -> None:
    """The statement's own fault is terminal."""
    execute(admin, "CREATE TABLE t (id INT)")
    with pytest.raises(SourceError, match="1054"):
        source.query(f"SELECT gone FROM {database}.t")
