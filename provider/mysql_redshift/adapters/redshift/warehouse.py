"""A Redshift cluster; where its connections come from is the caller's matter (a tunnel, or none)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from mysql_redshift.adapters.redshift import catalogue
from mysql_redshift.adapters.redshift.errors import translated
from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.core import quoting
from mysql_redshift.errors import AccessDenied, TargetError

LABEL_BYTES = 63  # PostgreSQL cuts application_name there, and so a longer label would never be found again
STATEMENT_TIMEOUT = 4 * 3600.0  # seconds; a COPY may be long, but not for days (S2)
READ_GRACE = 300.0  # seconds the reply may take after the statement timeout
KEEPALIVE_IDLE = 200  # seconds; balancers drop what is idle for 350
UNANSWERED_MILLISECONDS = 320_000  # how long sent bytes may stay unacknowledged

Connect = Callable[[str], AbstractContextManager[Any]]


class RedshiftWarehouse:
    """``connect(label)`` opens a connection of redshift_connector, with a tunnel of its own, and closes both."""

    def __init__(self, connect: Connect, identity: str, *, statement_timeout: float | None = None) -> None:
        self._connect = connect
        self._identity = identity
        self._statement_timeout = STATEMENT_TIMEOUT if statement_timeout is None else statement_timeout

    @property
    def identity(self) -> str:
        """Return host, port and database as the bastion sees them."""
        return self._identity

    @contextmanager
    def session(self, label: str, *, statement_timeout: float | None = None) -> Iterator[RedshiftSession]:
        """Open a session; those left behind under ``label`` are ended first, so that they hold no lock against us."""
        name = label.encode()[:LABEL_BYTES].decode(errors="ignore")
        seconds = self._statement_timeout if statement_timeout is None else statement_timeout
        with self._connect(name) as connection:
            session = RedshiftSession(connection, self._identity)
            # A silent COPY must not be taken for a dead connection: the server's timeout comes before the socket's.
            connection._usock.settimeout(seconds + READ_GRACE)
            session.execute(f"SET statement_timeout TO {quoting.integer(round(seconds * 1000))}")
            session.commit()
            _set_label(session, name)
            _end_predecessors(session, name)
            try:
                yield session
            except BaseException:
                session.rollback()
                raise


def _set_label(session: RedshiftSession, label: str) -> None:
    """Name our queries in Redshift's system views; without that a successor merely does not find us there."""
    try:
        session.execute(f"SET query_group TO {quoting.redshift_string(label)}")
        session.commit()
    except TargetError:
        session.rollback()


def _end_predecessors(session: RedshiftSession, label: str) -> None:
    """End sessions of the same label: attempts whose worker died. One that is gone, or not ours, is no error."""
    for pid in catalogue.predecessors(session, label):
        try:
            session.query(f"SELECT pg_terminate_backend({quoting.integer(pid)})")
        except (AccessDenied, TargetError):
            session.rollback()
    session.rollback()


def connect_driver(
    *, address: tuple[str, int], database: str, user: str, password: str, label: str, sslmode: str, timeout: float
) -> Any:
    """Open a redshift_connector connection: TLS always, no named prepared statements, TCP keepalive.

    ``timeout`` bounds each wait of the login in seconds, and stays on the socket until it is set anew.
    """
    import redshift_connector  # noqa: PLC0415 - 0.2 s, and only tasks need it

    host, port = address
    with translated(f"{database} at {host}:{port}"):
        connection = redshift_connector.connect(
            host=host,
            port=port,
            database=database,
            user=user,
            password=password,
            application_name=label,
            ssl=True,
            sslmode=sslmode,
            timeout=round(timeout),
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
