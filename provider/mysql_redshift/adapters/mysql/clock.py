"""Read the writer's clock, and the sessions that may still commit rows with an earlier value (lesson L05a).

The order matters: the clock, the process list, the outermost statements, the transactions. A statement that was
running when the clock was read is in the process list, or it has finished. If it has finished, its rows are visible,
or its transaction is in the list that is read last.
"""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from mysql_redshift.adapters.mysql.catalogue import server_uuid
from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import MISSING_PRIVILEGE, code_of
from mysql_redshift.adapters.mysql.outermost import read_outermost
from mysql_redshift.adapters.mysql.replica import has_channels, seconds_behind
from mysql_redshift.adapters.mysql.zone import server_zone
from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.open_writers import SECOND, Process, Sessions, Transaction
from mysql_redshift.core.position import to_micros
from mysql_redshift.core.sql import clock as sql
from mysql_redshift.errors import AccessDenied, MysqlRedshiftError, TransientError

# InnoDB serves INNODB_TRX from a cache that it refreshes only after 0.1 s without a query. Many tables planned at the
# same time would keep it stale for each other, so they query it one after another.
CACHE_SECONDS = 0.11
CACHE_TRIES = 50


def read_clock(session: Session, readers: Collection[str] = ()) -> ClockReading:
    """Read the clock and the writers. The session must be new: it must not have run a transaction before.

    ``readers``: accounts that are declared to only read.
    """
    moment = _now(session)
    now = to_micros(moment)
    uuid, zone = server_uuid(session), server_zone(session, moment)
    session.execute("SET time_zone = 'SYSTEM'")
    processes = [_process(row) for row in session.query(sql.PROCESSES) if row[0] != session.thread_id]
    outermost = read_outermost(session)
    try:
        transactions = _transactions(session)
    except AccessDenied as exc:
        if code_of(exc) != MISSING_PRIVILEGE:
            raise
        replication = _replication(session, processes)
        return ClockReading(now=now, writers=(), visible=False, server_uuid=uuid, zone=zone, **replication)
    sessions = Sessions(processes=processes, outermost=outermost, transactions=transactions)
    replication = _replication(session, processes)
    return ClockReading(
        now=now,
        writers=sessions.writers(now, readers),
        visible=not replication["replica"],
        server_uuid=uuid,
        hidden=outermost.unknown,
        zone=zone,
        **replication,
    )


def _now(session: Session) -> datetime:
    ((moment,),) = session.query(sql.NOW)
    if not isinstance(moment, datetime):
        raise TransientError("MySQL returned no time", where=session.where, found=repr(moment))
    return moment.replace(tzinfo=UTC)


def _transactions(session: Session) -> list[Transaction]:
    """Read until the list contains our own transaction: a list without it is stale.

    The transaction starts before the wait for the lock, so the list that the previous lock holder refreshed usually
    contains it.
    """
    session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    try:
        with _clock_lock(session):
            for _ in range(CACHE_TRIES):
                rows = session.query(sql.TRANSACTIONS)
                others = [row for row in rows if row[0] != session.thread_id]
                if len(others) < len(rows):
                    return [_transaction(row) for row in others]
                time.sleep(random.uniform(1, 2) * CACHE_SECONDS)  # noqa: S311 - jitter between clocks
    finally:
        if session.open:
            session.execute("COMMIT")
    raise TransientError(
        "InnoDB's list of transactions stayed stale",
        where=session.where,
        found=f"a stale list, {CACHE_TRIES} times",
        remedy="Find the client that queries information_schema.INNODB_TRX continuously, and slow it down.",
    )


@contextmanager
def _clock_lock(session: Session) -> Iterator[None]:
    """Hold the lock of the clocks if possible. It saves time; no result depends on it.

    A holder that hangs delays the others by the lock's timeout. Galera clusters in strict mode do not support it.
    """
    refused = False
    try:
        session.query(sql.LOCK)
    except MysqlRedshiftError:
        refused = True
        if not session.open:
            raise
    try:
        yield
    finally:
        if session.open and not refused:
            session.query(sql.UNLOCK)


def _transaction(row: tuple[Any, ...]) -> Transaction:
    thread, started, modified, read_only = row
    return Transaction(
        thread=int(thread), started=int(started or 0) * SECOND, modified=bool(modified), read_only=bool(read_only)
    )


def _process(row: tuple[Any, ...]) -> Process:
    thread, user, _, _, command, seconds, state, text = row[:8]
    return Process(
        thread=int(thread),
        user=str(user),
        command=str(command),
        seconds=_seconds(seconds),
        state=str(state or ""),
        text=None if text is None else str(text),
    )


def _seconds(value: Any) -> int:
    """Return the run time, or 0 if it is out of range: the server's clock was set back after the start."""
    seconds = int(value or 0)
    return seconds if 0 <= seconds < 2**31 else 0


def _replication(session: Session, processes: Collection[Process]) -> dict[str, Any]:
    """Return the replica fields of the reading. The lag is read after the clock: the replica may stop in between."""
    replica = _is_replica(session, processes)
    return {"replica": replica, "seconds_behind": seconds_behind(session) if replica else None}


def _is_replica(session: Session, processes: Collection[Process]) -> bool:
    applies = any(process.user == "system user" and process.command != "Daemon" for process in processes)
    return applies or bool(session.query(sql.READ_ONLY)[0][0]) or has_channels(session)
