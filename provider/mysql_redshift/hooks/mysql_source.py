"""Read a MySQL connection of Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mysql_redshift.errors import ConfigurationError

if TYPE_CHECKING:
    from mysql_redshift.adapters.mysql.connection import MySQLAddress


def mysql_address(conn_id: str, database: str | None = None, *, setting: str = "source.conn_id") -> MySQLAddress:
    """Read an Airflow connection of type ``mysql``. Of its extras only ``ssl`` is read.

    ``setting`` names the YAML key that holds the id.

    Raises:
        ConfigurationError: the connection is missing, has another type, lacks host or login, or its ssl is no mapping.

    """
    from mysql_redshift.adapters.mysql.connection import MySQLAddress
    from mysql_redshift.hooks.connections import find_connection

    connection = find_connection(conn_id, setting=setting)
    if connection.conn_type != "mysql" or not connection.host or not connection.login:
        raise ConfigurationError(
            "The connection is not a complete MySQL connection",
            where=f"connection {conn_id}",
            expected="type mysql, with host and login",
            found=f"type {connection.conn_type}, host {connection.host!r}, login {connection.login!r}",
            remedy=f"Correct the connection, or {setting} in the pipeline's YAML.",
        )
    ssl = connection.extra_dejson.get("ssl") or {}
    if not isinstance(ssl, dict):
        raise ConfigurationError(
            "The connection's extra ssl is not a mapping",
            where=f"connection {conn_id}",
            expected='a mapping, for example {"ca": "/path/ca.pem"}',
            found=repr(ssl),
            remedy="Correct ssl in the connection's extra.",
        )
    return MySQLAddress(
        host=connection.host,
        port=int(connection.port or 3306),
        user=connection.login,
        password=connection.password or "",
        database=database,
        ssl=ssl,
    )
