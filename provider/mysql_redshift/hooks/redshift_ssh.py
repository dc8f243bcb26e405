"""Connect to Redshift through an SSH tunnel: connection type ``redshift_ssh``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from mysql_redshift.errors import ConfigurationError, MysqlRedshiftError

if TYPE_CHECKING:
    from mysql_redshift.adapters.redshift.connection import RedshiftAddress
    from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse

VERIFY_CA, VERIFY_FULL = "verify-ca", "verify-full"
TIMEOUTS = ("connect_timeout", "statement_timeout")
EXTRAS = ("ssh_conn_id", "sslmode", "direct", "query_group", *TIMEOUTS)
PORT = 5439
CONNECT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class RedshiftSettings:
    """A connection's settings. ``ssh_conn_id`` None means no tunnel (``direct: true``). Timeouts are in seconds."""

    address: RedshiftAddress
    ssh_conn_id: str | None
    statement_timeout: float | None
    query_group: str = ""


class RedshiftSSHTunnelHook(BaseHook):
    """Open Redshift sessions, each through its own SSH tunnel.

    The connection's host and port are the cluster's as seen from the bastion. It connects without a tunnel only if the
    extra ``direct`` is true. Extras are read by name and unknown ones are refused, so none can bypass the tunnel.

    :param redshift_ssh_conn_id: id of an Airflow connection of type ``redshift_ssh``.
    """

    conn_name_attr = "redshift_ssh_conn_id"
    default_conn_name = "redshift_default"
    conn_type = "redshift_ssh"
    hook_name = "Redshift through SSH"

    def __init__(self, redshift_ssh_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.redshift_ssh_conn_id = redshift_ssh_conn_id

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return the labels and placeholders of the connection form."""
        return {
            "hidden_fields": [],
            "relabeling": {"schema": "Database", "host": "Host, as seen from the bastion", "login": "User"},
            "placeholders": {"port": str(PORT), "extra": '{"ssh_conn_id": "bastion"}'},
        }

    def settings(self) -> RedshiftSettings:
        """Read the connection.

        Raises:
            ConfigurationError: the connection is missing, or fields or extras are missing, unknown or invalid; the
                message lists all of them.

        """
        from mysql_redshift.adapters.redshift.connection import RedshiftAddress
        from mysql_redshift.hooks.connections import find_connection

        connection = find_connection(self.redshift_ssh_conn_id, setting="redshift_ssh_conn_id")
        extra = connection.extra_dejson
        problems = _problems(connection, extra)
        if problems:
            raise ConfigurationError(
                "The Redshift connection cannot be used",
                where=f"connection {self.redshift_ssh_conn_id}",
                found="; ".join(problems),
                remedy="Correct the connection in Airflow.",
            )
        direct = _is_true(extra.get("direct"))
        timeout = extra.get("statement_timeout")
        address = RedshiftAddress(
            host=connection.host or "",
            port=int(connection.port or PORT),
            database=connection.schema or "",
            user=connection.login or "",
            password=connection.password or "",
            sslmode=str(extra.get("sslmode") or (VERIFY_FULL if direct else VERIFY_CA)),
            connect_timeout=float(extra.get("connect_timeout") or CONNECT_SECONDS),
        )
        return RedshiftSettings(
            address=address,
            ssh_conn_id=None if direct else str(extra["ssh_conn_id"]),
            statement_timeout=float(timeout) if timeout else None,
            query_group=str(extra.get("query_group") or ""),
        )

    def warehouse(self) -> RedshiftWarehouse:
        """Return the cluster as the port ``Warehouse``; each session opens its own connection.

        Raises:
            ConfigurationError: the connection cannot be used, see ``settings``.

        """
        from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse

        settings = self.settings()
        return RedshiftWarehouse(
            lambda label: connect(settings, label),
            settings.address.where,
            statement_timeout=settings.statement_timeout,
            query_group=settings.query_group,
        )

    @contextmanager
    def get_conn(self) -> Iterator[Any]:
        """Yield a connection of redshift_connector; close it and its tunnel afterwards."""
        with connect(self.settings(), "airflow") as connection:
            yield connection

    def test_connection(self) -> tuple[bool, str]:
        """Connect and run a query; return success and a message for Airflow's form."""
        try:
            with self.warehouse().session() as session:
                session.query("SELECT 1")
        except MysqlRedshiftError as exc:
            return False, str(exc)
        return True, "Connected to Redshift"


@contextmanager
def connect(settings: RedshiftSettings, label: str) -> Iterator[Any]:
    """Yield a connection of redshift_connector through its own tunnel; close both afterwards."""
    from mysql_redshift.adapters.redshift.connection import close_driver, connect_driver

    with _tunnel(settings) as at:
        connection = connect_driver(settings.address, label, at=at)
        try:
            yield connection
        finally:
            close_driver(connection)


@contextmanager
def _tunnel(settings: RedshiftSettings) -> Iterator[tuple[str, int] | None]:
    """Yield the address of the tunnel's local end, or None if there is no tunnel."""
    from mysql_redshift.hooks.tunnel import LOOPBACK, open_tunnel

    if settings.ssh_conn_id is None:
        yield None
        return
    with open_tunnel(settings.ssh_conn_id, settings.address.host, settings.address.port) as port:
        yield LOOPBACK, port


def _problems(connection: Any, extra: dict[str, Any]) -> list[str]:
    required = (("host", connection.host), ("schema (the database)", connection.schema), ("login", connection.login))
    found = [f"no {label}" for label, value in required if not value]
    if connection.conn_type != RedshiftSSHTunnelHook.conn_type:
        found.append(f"type {connection.conn_type!r}, expected {RedshiftSSHTunnelHook.conn_type}")
    found += [f"unknown extra {name!r}, expected {', '.join(EXTRAS)}" for name in sorted(set(extra) - set(EXTRAS))]
    found += [
        f"{name} {extra[name]!r}, expected a number of seconds above 0"
        for name in TIMEOUTS
        if not _is_timeout(extra.get(name))
    ]
    return [*found, *_path_problems(extra)]


def _path_problems(extra: dict[str, Any]) -> list[str]:
    """Return the problems of the extras that define the network path and TLS."""
    direct, sslmode, found = _is_true(extra.get("direct")), extra.get("sslmode") or None, []
    if direct == bool(extra.get("ssh_conn_id")):
        found.append("expected either ssh_conn_id, the bastion's SSH connection, or direct: true for no tunnel")
    if sslmode not in (None, VERIFY_CA, VERIFY_FULL):
        found.append(f"sslmode {sslmode!r}, expected {VERIFY_CA}, or {VERIFY_FULL} with direct: TLS is always verified")
    if sslmode == VERIFY_FULL and not direct:
        found.append(
            f"sslmode {VERIFY_FULL!r}, expected {VERIFY_CA}: no certificate contains the name of the tunnel's local end"
        )
    return found


def _is_timeout(value: object) -> bool:
    """Return whether a timeout is absent or a number above 0."""
    if value in (None, ""):
        return True
    try:
        return float(str(value)) > 0
    except ValueError:
        return False


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
