"""Open sessions on a Redshift cluster. The caller provides the connections, through a tunnel or directly."""

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

LABEL = re.compile(r"[ -\[\]-~]{1,63}")  # safe in every application_name: ASCII without backslash, 63 bytes
STATEMENT_TIMEOUT = 4 * 3600.0  # seconds; a COPY may take hours, but not days (lesson S02)
READ_GRACE = 300.0  # seconds from the statement timeout to the socket timeout

# A default of the user or of the cluster must not decide what a value becomes: casts between TIMESTAMP and
# TIMESTAMPTZ, invalid or cut JSON turned into NULL or less, names that do not fold to lower case.
PINNED = {
    "timezone": "'UTC'",
    "parse_super_null_on_error": "off",
    "json_parse_truncate_strings": "off",
    "enable_case_sensitive_identifier": "off",
}

Connect = Callable[[str], AbstractContextManager[Any]]


class RedshiftWarehouse:
    """A Redshift cluster. ``connect(label)`` yields a connection of redshift_connector and closes it afterwards.

    ``statement_timeout`` is in seconds.
    """

    def __init__(self, connect: Connect, where: str, *, statement_timeout: float | None = None) -> None:
        self._connect = connect
        self._where = where
        self._statement_timeout = STATEMENT_TIMEOUT if statement_timeout is None else statement_timeout

    @contextmanager
    def session(self, label: str, *, statement_timeout: float | None = None) -> Iterator[RedshiftSession]:
        """Open a session in UTC; first terminate abandoned sessions with the same label, which may hold locks."""
        name = _session_name(label)
        seconds = self._statement_timeout if statement_timeout is None else statement_timeout
        with self._connect(name) as connection:
            session = RedshiftSession(connection, self._where)
            # A long COPY must not look like a dead connection: the server's timeout comes before the socket's.
            connection._usock.settimeout(seconds + READ_GRACE)
            _configure(session, seconds, name)
            _terminate_predecessors(session, name)
            try:
                yield session
            except BaseException:
                session.rollback()
                raise


def _session_name(label: str) -> str:
    """Return the label, or its start and a digest of it, so that different labels stay different."""
    if LABEL.fullmatch(label):
        return label
    start = re.sub(r"[^ -\[\]-~]", "?", label)[:46]
    return f"{start} {hashlib.sha256(label.encode()).hexdigest()[:16]}"


def _configure(session: RedshiftSession, timeout: float, label: str) -> None:
    """Set the pinned settings, timeout and label. A lost reply to these COMMITs is a lost connection.

    They change no data.
    """
    try:
        for name, value in PINNED.items():
            session.execute(f"SET {name} TO {value}")
        session.execute(f"SET statement_timeout TO {quoting.integer(round(timeout * 1000))}")
        session.commit()
        _set_label(session, label)
    except OutcomeUnknown as exc:
        raise ConnectionFailed(
            "The connection to Redshift was lost during its setup",
            where=exc.where,
            found=exc.found,
            remedy="A retry may succeed.",
        ) from exc


def _set_label(session: RedshiftSession, label: str) -> None:
    """Label our queries in Redshift's system views; without the label, a successor does not find this session there."""
    try:
        session.execute(f"SET query_group TO {quoting.redshift_string(label)}")
        session.commit()
    except TargetError:
        session.rollback()


def _terminate_predecessors(session: RedshiftSession, label: str) -> None:
    """Terminate the sessions of earlier attempts. Skip one that no longer exists or belongs to another user."""
    for pid in catalogue.predecessors(session, label):
        try:
            session.query(f"SELECT pg_terminate_backend({quoting.integer(pid)})")
        except (AccessDenied, TargetError):
            session.rollback()
    session.rollback()
