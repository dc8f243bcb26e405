"""Open sessions on a Redshift cluster. The caller provides the connections, through a tunnel or directly."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from mysql_redshift.adapters.redshift import catalogue
from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.core import quoting
from mysql_redshift.errors import AccessDenied, ConnectionFailed, OutcomeUnknown, TargetError

PREFIX = "mysql_redshift"
LABEL = re.compile(r"[ -\[\]-~]{1,63}")  # safe in every application_name: ASCII without backslash, 63 bytes
GROUP_LENGTH = 30  # characters of a query group that Redshift keeps
NO_GROUP = frozenset({"", "default", "unset"})  # what SHOW query_group prints if none is set
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

    ``statement_timeout`` is in seconds. ``query_group`` is the WLM query group of all sessions; by default a session
    keeps the group that an administrator set for the user, and has its label as the group if there is none.
    """

    def __init__(
        self, connect: Connect, where: str, *, statement_timeout: float | None = None, query_group: str = ""
    ) -> None:
        self._connect = connect
        self._where = where
        self._query_group = query_group
        self._statement_timeout = STATEMENT_TIMEOUT if statement_timeout is None else statement_timeout

    @contextmanager
    def session(self, label: str = "", *, statement_timeout: float | None = None) -> Iterator[RedshiftSession]:
        """Open a session in UTC; first terminate abandoned sessions with the same label, which may hold locks.

        Without a label there is no predecessor to look for.
        """
        name = _session_name(label) if label else f"{PREFIX} {secrets.token_hex(12)}"
        seconds = self._statement_timeout if statement_timeout is None else statement_timeout
        with self._connect(name) as connection:
            session = RedshiftSession(connection, self._where)
            # A long COPY must not look like a dead connection: the server's timeout comes before the socket's.
            connection._usock.settimeout(seconds + READ_GRACE)
            _configure(session, seconds)
            _set_query_group(session, self._query_group, name, findable=bool(label))
            if label:
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


def _configure(session: RedshiftSession, timeout: float) -> None:
    """Set the pinned settings and the timeout."""
    for name, value in PINNED.items():
        session.execute(f"SET {name} TO {value}")
    session.execute(f"SET statement_timeout TO {quoting.integer(round(timeout * 1000))}")
    _commit_setup(session)


def _commit_setup(session: RedshiftSession) -> None:
    """Commit settings. They change no data, so a lost reply is a lost connection."""
    try:
        session.commit()
    except OutcomeUnknown as exc:
        raise ConnectionFailed(
            "The connection to Redshift was lost during its setup",
            where=exc.where,
            found=exc.found,
            remedy="A retry may succeed.",
        ) from exc


def _set_query_group(session: RedshiftSession, group: str, label: str, *, findable: bool) -> None:
    """Set the query group: ``group``, else the one that an administrator set for the user, else the label.

    A group of the first two decides the WLM queue. ``findable``: one query runs under the label all the same, because
    by it a successor finds this session in the system views. A refusal is no failure.
    """
    try:
        own = _text(session.query("SHOW query_group"))
        kept = group or ("" if own in NO_GROUP else own)
        if findable or not kept:
            session.execute(_set_group(query_label(label)))
        if findable and kept:
            session.query("SELECT 1")  # the system views show the labels of queries, not of sessions
        if kept:
            session.execute(_set_group(kept))
        _commit_setup(session)
    except TargetError:
        session.rollback()


def _set_group(name: str) -> str:
    return f"SET query_group TO {quoting.redshift_string(name)}"


def _text(rows: list[tuple[Any, ...]]) -> str:
    return str(rows[0][0] or "").strip() if rows else ""


def query_label(label: str) -> str:
    """Return the label as a query group: Redshift may keep 30 characters, so a longer one becomes its digest."""
    if len(label) <= GROUP_LENGTH:
        return label
    return f"{hashlib.sha256(label.encode()).hexdigest()[: GROUP_LENGTH - len(PREFIX) - 1]} {PREFIX}"


def _terminate_predecessors(session: RedshiftSession, label: str) -> None:
    """Terminate the sessions of earlier attempts. Skip one that no longer exists or belongs to another user."""
    for pid in catalogue.predecessors(session, label, query_label(label)):
        try:
            session.query(f"SELECT pg_terminate_backend({quoting.integer(pid)})")
        except (AccessDenied, TargetError):
            session.rollback()
    session.rollback()
