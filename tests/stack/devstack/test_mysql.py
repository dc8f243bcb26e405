"""MySQL and MariaDB have the settings that tests of the reader need."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest

from devstack import mysql
from devstack.errors import DevstackError
from devstack.status import MySQLStatus


def query(server: MySQLStatus, sql: str) -> Any:
    with (
        closing(
            pymysql.connect(host=server.host, port=server.port, user=server.user, password=server.password)
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return cursor.fetchone()


def test_the_status_has_the_servers_version(mysql_server: MySQLStatus) -> None:
    """The version in the status matches the server's, and its text matches the flavor."""
    (version,) = query(mysql_server, "SELECT VERSION()")
    assert mysql_server.version == version
    assert ("MariaDB" in version) == (mysql_server.flavor == "mariadb")


def test_the_system_zone_is_not_utc(mysql_server: MySQLStatus) -> None:
    """Times in the system's zone differ from UTC, so that code that confuses them fails."""
    assert query(mysql_server, "SELECT NOW() = UTC_TIMESTAMP()") == (0,)
    assert query(mysql_server, "SELECT @@system_time_zone IN ('CET', 'CEST')") == (1,)


def test_the_default_character_set_is_utf8mb4(mysql_server: MySQLStatus, mysql_database: str) -> None:
    """A table without an explicit character set stores every character."""
    assert query(mysql_server, "SELECT @@character_set_server") == ("utf8mb4",)


def test_the_binary_log_is_off(mysql_server: MySQLStatus) -> None:
    """The servers of the tests need no replication."""
    assert query(mysql_server, "SELECT @@log_bin") == (0,)


def test_each_server_has_its_own_folder_for_temporary_tables(mysql_server: MySQLStatus) -> None:
    """A server deletes the temporary tables in its folder at start, so two stacks must not share one."""
    folder, data = query(mysql_server, "SELECT @@tmpdir, @@datadir")
    assert Path(folder).parent == Path(data).parent


def test_the_administrator_sees_the_sessions_of_other_accounts(mysql_server: MySQLStatus) -> None:
    """The account has PROCESS; without it the reader could not see sessions that may still commit."""
    query(mysql_server, "CREATE USER IF NOT EXISTS other@'127.0.0.1' IDENTIFIED BY 'other-secret'")
    with closing(
        pymysql.connect(host=mysql_server.host, port=mysql_server.port, user="other", password="other-secret")
    ):
        assert query(mysql_server, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'other'") == (1,)
    query(mysql_server, "DROP USER other@'127.0.0.1'")


def test_no_account_can_log_in_without_a_password(mysql_server: MySQLStatus) -> None:
    """The accounts that a new server has are disabled."""
    for user in ("root", "", mysql_server.user):
        with pytest.raises(pymysql.err.OperationalError):
            pymysql.connect(host=mysql_server.host, port=mysql_server.port, user=user, password="")


def test_the_environment_selects_the_demos_flavor(monkeypatch: pytest.MonkeyPatch) -> None:
    """MYSQL_FLAVOR takes precedence; an unknown name is an error."""
    monkeypatch.setenv("MYSQL_FLAVOR", "mariadb")
    assert mysql.preferred() == ("mariadb", "set by MYSQL_FLAVOR")
    monkeypatch.setenv("MYSQL_FLAVOR", "oracle")
    with pytest.raises(DevstackError, match="'oracle'; expected one of mysql, mariadb"):
        mysql.preferred()


def test_the_demo_uses_mariadb_if_mysql_is_not_available(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without apt the demo uses MariaDB and reports the reason."""
    monkeypatch.delenv("MYSQL_FLAVOR", raising=False)
    monkeypatch.setenv("DEVSTACK_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("PATH", "/nonexistent")
    flavor, reason = mysql.preferred()
    assert flavor == "mariadb"
    assert reason.startswith("real MySQL is not available: This machine has no apt-get")
