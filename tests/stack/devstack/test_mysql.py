"""MySQL and MariaDB come up as tests of the reader need them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql
import pytest

from devstack import mysql
from devstack.errors import DevstackError
from devstack.status import MySQLStatus


def ask(server: MySQLStatus, sql: str) -> Any:
    with (
        closing(
            pymysql.connect(host=server.host, port=server.port, user=server.user, password=server.password)
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return cursor.fetchone()


def test_the_version_told_is_the_servers(mysql_server: MySQLStatus) -> None:
    """The version in the status is the one that the server gives, and says which flavour it is."""
    (version,) = ask(mysql_server, "SELECT VERSION()")
    assert mysql_server.version == version
    assert ("MariaDB" in version) == (mysql_server.flavor == "mariadb")


def test_the_system_zone_is_not_utc(mysql_server: MySQLStatus) -> None:
    """Times of the system's zone differ from UTC, so that whoever mixes them up is found."""
    assert ask(mysql_server, "SELECT NOW() = UTC_TIMESTAMP()") == (0,)
    assert ask(mysql_server, "SELECT @@system_time_zone IN ('CET', 'CEST')") == (1,)


def test_text_is_utf8mb4_unless_told_otherwise(mysql_server: MySQLStatus, mysql_database: str) -> None:
    """A table without a character set keeps every character."""
    assert ask(mysql_server, "SELECT @@character_set_server") == ("utf8mb4",)


def test_the_binary_log_is_off(mysql_server: MySQLStatus) -> None:
    """Nothing is written twice."""
    assert ask(mysql_server, "SELECT @@log_bin") == (0,)


def test_temporary_tables_are_the_servers_own(mysql_server: MySQLStatus) -> None:
    """A server that starts deletes the temporary tables in its folder: two stacks side by side must not share it."""
    folder, data = ask(mysql_server, "SELECT @@tmpdir, @@datadir")
    assert Path(folder).parent == Path(data).parent


def test_the_administrator_sees_other_accounts_at_work(mysql_server: MySQLStatus) -> None:
    """The account has PROCESS: without it the reader could not see who may still commit."""
    ask(mysql_server, "CREATE USER IF NOT EXISTS other@'127.0.0.1' IDENTIFIED BY 'other-secret'")
    with closing(
        pymysql.connect(host=mysql_server.host, port=mysql_server.port, user="other", password="other-secret")
    ):
        assert ask(mysql_server, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'other'") == (1,)
    ask(mysql_server, "DROP USER other@'127.0.0.1'")


def test_nobody_gets_in_without_a_password(mysql_server: MySQLStatus) -> None:
    """The accounts that a new server has are closed."""
    for user in ("root", "", mysql_server.user):
        with pytest.raises(pymysql.err.OperationalError):
            pymysql.connect(host=mysql_server.host, port=mysql_server.port, user=user, password="")


def test_the_environment_chooses_the_demos_flavour(monkeypatch: pytest.MonkeyPatch) -> None:
    """MYSQL_FLAVOR wins over what can be had; a name that is none is refused."""
    monkeypatch.setenv("MYSQL_FLAVOR", "mariadb")
    assert mysql.preferred() == ("mariadb", "MYSQL_FLAVOR says so")
    monkeypatch.setenv("MYSQL_FLAVOR", "oracle")
    with pytest.raises(DevstackError, match="'oracle'; expected one of mysql, mariadb"):
        mysql.preferred()


def test_mariadb_stands_in_where_mysql_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Without apt in reach the demo takes MariaDB and says why."""
    monkeypatch.delenv("MYSQL_FLAVOR", raising=False)
    monkeypatch.setenv("DEVSTACK_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("PATH", "/nonexistent")
    flavor, why = mysql.preferred()
    assert flavor == "mariadb"
    assert why.startswith("real MySQL cannot be had here: This machine has no apt-get")
