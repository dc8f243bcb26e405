"""Connections to the local servers: the administrator's, and Airflow's as environment variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pymysql
import pytest

from devstack.status import MySQLStatus, Status

Connections = dict[str, dict[str, Any]]


def connect_mysql(server: MySQLStatus, **settings: Any) -> pymysql.connections.Connection[Any]:
    """Open an administrator's connection in UTC with autocommit."""
    connection = pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        **{"autocommit": True, "charset": "utf8mb4", **settings},
    )
    with connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
    return connection


def airflow_connections(status: Status, server: MySQLStatus) -> Connections:
    """Return the connections ``source``, ``aws_default``, ``bastion`` and ``redshift``."""
    s3, bastion, redshift = status.s3, status.bastion, status.redshift
    assert s3 is not None
    assert bastion is not None
    assert redshift is not None
    return {
        "source": _login("mysql", server),
        "aws_default": {
            "conn_type": "aws",
            "login": s3.access_key,
            "password": s3.secret_key,
            "extra": {"endpoint_url": s3.endpoint, "region_name": s3.region},
        },
        "bastion": {
            "conn_type": "ssh",
            "host": bastion.host,
            "port": bastion.port,
            "login": bastion.user,
            "extra": {
                "private_key": Path(bastion.private_key_file).read_text(),
                "host_key": bastion.host_key,
                "look_for_keys": "false",
                "compress": "false",
            },
        },
        "redshift": {
            **_login("redshift_ssh", redshift),
            "schema": redshift.database,
            "extra": {"ssh_conn_id": "bastion"},
        },
    }


def set_connections(monkeypatch: pytest.MonkeyPatch, connections: Connections) -> None:
    """Define the connections in Airflow's environment variables."""
    for name, connection in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))


def _login(conn_type: str, server: Any) -> dict[str, Any]:
    return {
        "conn_type": conn_type,
        "host": server.host,
        "port": server.port,
        "login": server.user,
        "password": server.password,
    }
