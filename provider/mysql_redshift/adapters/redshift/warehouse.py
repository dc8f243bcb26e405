"""A Redshift cluster; where its connections come from is the caller's matter (a tunnel, or none)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from mysql_redshift.adapters.redshift import catalogue
from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.core import quoting
from mysql_redshift.errors import AccessDenied, ConnectionFailed, OutcomeUnknown, TargetError

LABEL = re.compile(r"[ -\[\]-~]{1,63}")  # what application_name holds everywhere: ASCII, 63 bytes; no backslash
STATEMENT_TIMEOUT = 4 * 3600.0  # seconds; a COPY may be long, but not for days (S2)
READ_GRACE = 300.0  # seconds the reply may take after the statement timeout

Connect = Callable[[str], AbstractContextManager[Any]]


class RedshiftWarehouse:
    """``connect(label)`` opens a connection of redshift_connector, with a tunnel of its own, and closes both."""

    def __init__(self, connect: Connect, where: str, *, statement_timeout: float | None = None) -> None:
        self._connect = connect
        self._where = where
        self._statement_timeout = STATEMENT_TIMEOUT if statement_timeout is None else statement_timeout

    @contextmanager
    def session(self, label: str, *, statement_timeout: float | None = None) -> Iterator[RedshiftSession]:
        """Open a session; those left behind under ``label`` are ended first, so that they hold no lock against us."""
        name = _session_name(label)
        seconds = self._statement_timeout if statement_timeout is None else statement_timeout
        with self._connect(name) as connection:
            session = RedshiftSession(connection, self._where)
            # A silent COPY must not be taken for a dead connection: the server's timeout comes before the socket's.
            connection._usock.settimeout(seconds + READ_GRACE)
            _settle(session, seconds, name)
            _end_predecessors(session, name)
            try:
                yield session
            except BaseException:
                session.rollback()
                raise


def _session_name(label: str) -> str:
    """Return the label, or its start and a digest of the whole: two labels never become one."""
    if LABEL.fullmatch(label):
        return label
    start = re.sub(r"[^ -\[\]-~]", "?", label)[:46]
    return f"{start} {hashlib.sha256(label.encode()).hexdigest()[:16]}"


def _settle(session: RedshiftSession, timeout: float, label: str) -> None:
    """Set zone, timeout and label. A lost reply to these COMMITs is a lost connection: nobody depends on what they did.

    Literals and casts between TIMESTAMP and TIMESTAMPTZ are read in the session's zone, and a user may have another.
    """
    try:
        session.execute("SET timezone TO 'UTC'")
        session.execute(f"SET statement_timeout TO {quoting.integer(round(timeout * 1000))}")
        session.commit()
        _set_label(session, label)
    except OutcomeUnknown as exc:
        raise ConnectionFailed(
            "The connection to Redshift was lost as soon as it was there",
            where=exc.where,
            found=exc.found,
            remedy="A retry may succeed.",
        ) from exc


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
