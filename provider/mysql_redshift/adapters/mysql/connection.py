"""Open a MySQL or MariaDB session with every setting that reading depends on."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from mysql_redshift.adapters.mysql.errors import translated
from mysql_redshift.core.open_writers import OWN_COMMENT
from mysql_redshift.errors import ConfigurationError

# core.quoting relies on the empty sql_mode: no ANSI_QUOTES, no NO_BACKSLASH_ESCAPES, no PAD_CHAR_TO_FULL_LENGTH.
# The long timeouts keep the server waiting while we encode and upload.
SETTINGS = (
    "SET SESSION sql_mode='', time_zone='+00:00', net_write_timeout=3600, net_read_timeout=3600, wait_timeout=28800, "
    "lock_wait_timeout=300, sql_select_limit=DEFAULT"
)
# By default, MySQL's catalogue statistics are up to a day old (information_schema_stats_expiry).
MYSQL_SETTINGS = "SET SESSION max_execution_time=0, information_schema_stats_expiry=0, transaction_read_only=1"
MARIADB_SETTINGS = "SET SESSION max_statement_time=0, tx_read_only=1"
READ_BUFFER = 256 * 1024
KEEPALIVE_IDLE = 60  # seconds; load balancers and bastions drop an idle connection after about 350 s


@dataclass(frozen=True, kw_only=True)
class MySQLAddress:
    """A server and a login. ``ssl`` takes ca, cert, key, check_hostname and verify_mode; empty means no TLS.

    Timeouts are in seconds.
    """

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 3306
    database: str | None = None
    ssl: Mapping[str, Any] = field(default_factory=dict, repr=False)
    connect_timeout: float = 10.0
    read_timeout: float = 3600.0

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"


class Session:
    """One read-only connection in UTC and utf8mb4. Every method raises errors of ``mysql_redshift.errors`` only."""

    def __init__(self, address: MySQLAddress) -> None:
        self.where = str(address)
        with translated(self.where):
            self.raw: Any = _connect(address)
        self.mariadb = "mariadb" in self.raw.server_version.lower()
        try:
            self.execute(SETTINGS)
            self.execute(MARIADB_SETTINGS if self.mariadb else MYSQL_SETTINGS)
        except BaseException:
            self.abort()
            raise

    @property
    def thread_id(self) -> int:
        """The server's id of this connection, as in SHOW PROCESSLIST."""
        return int(self.raw.thread_id())

    @property
    def open(self) -> bool:
        """Whether the connection is open, as far as the client knows without a round trip."""
        return bool(self.raw.open)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result as Python values."""
        with translated(self.where), self.raw.cursor() as cursor:
            cursor.execute(f"{sql} {OWN_COMMENT}")
            return list(cursor.fetchall())

    def execute(self, sql: str) -> None:
        """Run a statement that returns no rows."""
        with translated(self.where), self.raw.cursor() as cursor:
            cursor.execute(f"{sql} {OWN_COMMENT}")

    def close(self) -> None:
        """Send COM_QUIT and close; do nothing if the connection is already closed."""
        if self.raw.open:
            self.raw.close()

    def abort(self) -> None:
        """Drop the connection immediately; a clean close would first read an unfinished result to its end."""
        self.raw._force_close()  # PyMySQL has no public method that leaves a result unread


class _Connection(pymysql.Connection):
    """Refuse a server without TLS if TLS is configured; PyMySQL would continue in clear text."""

    def _request_authentication(self) -> None:
        driver: Any = self
        if driver.ssl and not driver.server_capabilities & CLIENT.SSL:
            raise ConfigurationError(
                "The MySQL server offers no TLS",
                where=f"{driver.host}:{driver.port}",
                expected="TLS, because the connection has ssl options",
                remedy="Enable TLS on the server, or remove the ssl options from the connection.",
            )
        driver_request = super()._request_authentication  # type: ignore[misc]
        driver_request()


def _connect(address: MySQLAddress) -> Any:
    connection: Any = _Connection(
        host=address.host,
        port=address.port,
        user=address.user,
        # PyMySQL would encode a str as latin1, and its UnicodeEncodeError would contain the password.
        password=address.password.encode(),
        database=address.database,
        charset="utf8mb4",
        ssl=dict(address.ssl) or None,
        connect_timeout=address.connect_timeout,
        read_timeout=address.read_timeout,
        write_timeout=address.read_timeout,
        autocommit=True,
        local_infile=False,
        program_name="mysql_redshift",
    )
    # Between two commands the read buffer is empty, so a larger one can replace it.
    connection._rfile = connection._sock.makefile("rb", READ_BUFFER)
    connection._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE)
    return connection
