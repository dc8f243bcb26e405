"""A MySQL connection of Airflow as the address of our own reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mysql_redshift.errors import ConfigurationError

if TYPE_CHECKING:
    from mysql_redshift.adapters.mysql.connection import MySQLAddress


def mysql_address(conn_id: str, database: str | None = None) -> MySQLAddress:
    """Read an Airflow connection of type ``mysql``; its extra ``ssl`` is read by name, everything else is left alone.

    Raises:
        ConfigurationError: the connection is missing, of another type, has no host or login, or an unreadable ssl.

    """
    from mysql_redshift.adapters.mysql.connection import MySQLAddress
    from mysql_redshift.hooks.connections import find_connection

    connection = find_connection(conn_id, what="source.conn_id")
    if connection.conn_type != "mysql" or not connection.host or not connection.login:
        raise ConfigurationError(
            "This connection does not lead to MySQL",
            where=f"connection {conn_id}",
            expected="type mysql, with host and login",
            found=f"type {connection.conn_type}, host {connection.host!r}, login {connection.login!r}",
            remedy="Correct the connection, or source.conn_id in the pipeline's YAML.",
        )
    ssl = connection.extra_dejson.get("ssl") or {}
    if not isinstance(ssl, dict):
        raise ConfigurationError(
            "The extra ssl of this connection cannot be understood",
            where=f"connection {conn_id}",
            expected='a mapping, as {"ca": "/path/ca.pem"}',
            found=repr(ssl),
            remedy="Correct the connection.",
        )
    return MySQLAddress(
        host=connection.host,
        port=int(connection.port or 3306),
        user=connection.login,
        password=connection.password or "",
        database=database,
        ssl=ssl,
    )
