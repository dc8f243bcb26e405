"""A MySQL or MariaDB session with every setting that our reading depends on."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from mysql_redshift.adapters.mysql.errors import translated
from mysql_redshift.errors import ConfigurationError

# One SET for the whole session. The empty sql_mode is what core.quoting relies on: no ANSI_QUOTES, no
# NO_BACKSLASH_ESCAPES, no PAD_CHAR_TO_FULL_LENGTH. The server must wait while we encode and upload.
SETTINGS = (
    "SET SESSION sql_mode='', time_zone='+00:00', net_write_timeout=3600, net_read_timeout=3600, wait_timeout=28800, "
    "lock_wait_timeout=300, sql_select_limit=DEFAULT"
)
# Statistics of MySQL's catalogue are a day old unless told otherwise.
MYSQL_SETTINGS = "SET SESSION max_execution_time=0, information_schema_stats_expiry=0, transaction_read_only=1"
MARIADB_SETTINGS = "SET SESSION max_statement_time=0, tx_read_only=1"
READ_BUFFER = 256 * 1024
KEEPALIVE_IDLE = 60  # seconds; balancers and bastions drop a silent connection after about 350


@dataclass(frozen=True, kw_only=True)
class MySQLAddress:
    """Where a server is and who asks. ``ssl`` takes ca, cert, key, check_hostname, verify_mode; empty: no TLS."""

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
    """One connection, in UTC, in utf8mb4, read only. Errors are those of ``mysql_redshift.errors``."""

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
        """The server's number of this connection."""
        return int(self.raw.thread_id())

    @property
    def open(self) -> bool:
        """Whether the connection is still there, as far as is known without asking."""
        return bool(self.raw.open)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole, with Python values."""
        with translated(self.where), self.raw.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def execute(self, sql: str) -> None:
        """Run a statement that answers no rows."""
        with translated(self.where), self.raw.cursor() as cursor:
            cursor.execute(sql)

    def close(self) -> None:
        """Say goodbye and close; silent where the connection is gone."""
        if self.raw.open:
            self.raw.close()

    def abort(self) -> None:
        """Drop the connection at once: a result that is not wanted any more would have to be read to its end."""
        self.raw._force_close()  # PyMySQL has no public way to leave a result unread


class _Connection(pymysql.Connection):
    """PyMySQL goes on in clear text where the server offers no TLS; whoever asked for TLS must not get that."""

    def _request_authentication(self) -> None:
        driver: Any = self
        if driver.ssl and not driver.server_capabilities & CLIENT.SSL:
            raise ConfigurationError(
                "The MySQL server offers no TLS",
                where=f"{driver.host}:{driver.port}",
                expected="TLS, for the connection has ssl options",
                remedy="Turn TLS on at the server, or take the ssl options out of the connection.",
            )
        driver_request = super()._request_authentication  # type: ignore[misc]
        driver_request()


def _connect(address: MySQLAddress) -> Any:
    connection: Any = _Connection(
        host=address.host,
        port=address.port,
        user=address.user,
        # PyMySQL would encode text as latin1, and put a password that is none into its UnicodeEncodeError.
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
    # Between two commands nothing waits in the reader, so it may be exchanged for one with a larger buffer.
    connection._rfile = connection._sock.makefile("rb", READ_BUFFER)
    connection._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE)
    return connection
