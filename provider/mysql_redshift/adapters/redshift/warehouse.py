"""A Redshift cluster; where its connections come from is the caller's matter (a tunnel, or none)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from mysql_redshift.adapters.redshift.errors import translated
from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.core import quoting
from mysql_redshift.errors import AccessDenied, TargetError

LABEL_BYTES = 63  # PostgreSQL cuts application_name there, and so a longer label would never be found again
STATEMENT_TIMEOUT = 4 * 3600.0  # seconds; a COPY may be long, but not for days (S2)
READ_TIMEOUT = STATEMENT_TIMEOUT + 300

Connect = Callable[[str], AbstractContextManager[Any]]


class RedshiftWarehouse:
    """``connect(label)`` opens a connection of redshift_connector, with a tunnel of its own, and closes both."""

    def __init__(self, connect: Connect, identity: str, *, statement_timeout: float | None = None) -> None:
        self._connect = connect
        self._identity = identity
        self._statement_timeout = statement_timeout or STATEMENT_TIMEOUT

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
            session.execute(f"SET statement_timeout TO {quoting.integer(round(seconds * 1000))}")
            session.commit()
            _end_predecessors(session, name)
            try:
                yield session
            except BaseException:
                session.rollback()
                raise


def _end_predecessors(session: RedshiftSession, label: str) -> None:
    """End sessions of the same label: attempts whose worker died. A view that is denied is no error."""
    try:
        rows = session.query(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            f"AND application_name = {quoting.redshift_string(label)}"
        )
        for (pid,) in rows:
            session.query(f"SELECT pg_terminate_backend({quoting.integer(int(pid))})")
    except (AccessDenied, TargetError):
        session.rollback()
        return
    session.rollback()


def connect_driver(
    *, host: str, port: int, database: str, user: str, password: str, label: str, sslmode: str, timeout: float
) -> Any:
    """Open a redshift_connector connection: TLS always, no named prepared statements, TCP keepalive after 200 s."""
    import redshift_connector  # noqa: PLC0415 - 0.2 s, and only tasks need it

    with translated(f"{host}:{port}/{database}"):
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
            tcp_keepalive_idle=200,
            tcp_keepalive_interval=20,
            tcp_keepalive_count=6,
            max_prepared_statements=0,
        )
    # The timeout stays on the socket: a silent COPY would be taken for a dead one. The statement timeout comes first.
    connection._usock.settimeout(READ_TIMEOUT)
    connection.autocommit = False
    return connection
