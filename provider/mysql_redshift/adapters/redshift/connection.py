"""Open and close connections of redshift_connector."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import redshift_connector
from redshift_connector import error as driver

from mysql_redshift.adapters.redshift.errors import translated

KEEPALIVE_IDLE = 200  # seconds; load balancers drop connections that are idle for 350 s
UNACKNOWLEDGED_MILLISECONDS = 320_000  # for how long sent bytes may stay unacknowledged


@dataclass(frozen=True, kw_only=True)
class RedshiftAddress:
    """The cluster's address as seen from the bastion, and the login. ``connect_timeout`` is in seconds."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str
    connect_timeout: float

    @property
    def where(self) -> str:
        """Host, port and database, for error messages."""
        return f"{self.host}:{self.port}/{self.database}"


def connect_driver(address: RedshiftAddress, label: str, *, at: tuple[str, int] | None = None) -> Any:
    """Open a connection: TLS always, no named prepared statements, TCP keepalive, no autocommit.

    ``at`` is the local end of a tunnel to the address. The connect timeout limits each wait during the login and
    remains the socket's timeout until another one is set.

    Raises:
        AccessDenied: Redshift refused the login.
        ConnectionFailed: Redshift is unreachable; a retry may succeed.
        ConfigurationError: the driver does not support what the server requires.
        TargetError: Redshift's TLS certificate is not trusted.

    """
    host, port = at or (address.host, address.port)
    with translated(address.where):
        connection = redshift_connector.connect(
            host=host,
            port=port,
            database=address.database,
            user=address.user,
            password=address.password,
            application_name=label,
            ssl=True,
            sslmode=address.sslmode,
            timeout=max(1, round(address.connect_timeout)),
            tcp_keepalive=True,
            tcp_keepalive_idle=KEEPALIVE_IDLE,
            tcp_keepalive_interval=20,
            tcp_keepalive_count=6,
            max_prepared_statements=0,
        )
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection._usock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLISECONDS)
    connection.autocommit = False
    return connection


def close_driver(connection: Any) -> None:
    """Close a connection; ignore errors, because a lost connection needs no closing."""
    with suppress(driver.Error, OSError):
        connection.close()
