"""Opens connections of redshift_connector."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import redshift_connector
from redshift_connector import error as driver

from mysql_redshift.adapters.redshift.errors import translated

KEEPALIVE_IDLE = 200  # seconds; balancers drop what is idle for 350
UNANSWERED_MILLISECONDS = 320_000  # how long sent bytes may stay unacknowledged


@dataclass(frozen=True, kw_only=True)
class RedshiftAddress:
    """Where the cluster is, as the bastion sees it, and who we are there. ``connect_timeout`` is in seconds."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str
    connect_timeout: float

    @property
    def where(self) -> str:
        """Host, port and database, as messages name them."""
        return f"{self.host}:{self.port}/{self.database}"


def connect_driver(address: RedshiftAddress, label: str, *, at: tuple[str, int] | None = None) -> Any:
    """Open a connection: TLS always, no named prepared statements, TCP keepalive, no autocommit.

    ``at`` is the end of a tunnel to the address. The connect timeout bounds each wait of the login and stays on the
    socket until it is set anew.
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
        connection._usock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MILLISECONDS)
    connection.autocommit = False
    return connection


def close_driver(connection: Any) -> None:
    """Close; a connection that is gone already has nothing to lose."""
    with suppress(driver.Error, OSError):
        connection.close()
