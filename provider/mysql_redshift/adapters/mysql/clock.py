"""Read the writer's clock, and the sessions that may still commit rows with an earlier value (lesson L05a).

The order matters: the clock, then the process list, then the transactions. A statement that was running when the
clock was read is in the process list, or it has finished. If it has finished, its rows are visible, or its transaction
is in the list that is read last.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from mysql_redshift.adapters.mysql.catalogue import server_uuid
from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import MISSING_PRIVILEGE, code_of
from mysql_redshift.adapters.mysql.replica import seconds_behind
from mysql_redshift.adapters.mysql.zone import server_zone
from mysql_redshift.core.clock import ClockReading, Writer
from mysql_redshift.core.position import to_micros
from mysql_redshift.core.sql import clock as clock_sql
from mysql_redshift.errors import AccessDenied, MysqlRedshiftError, TransientError

SECOND = 1_000_000
# InnoDB serves INNODB_TRX from a cache that it refreshes only after 0.1 s without a query. Many tables planned at the
# same time would keep it stale for each other, so they query it one after another.
CACHE_SECONDS = 0.11
CACHE_TRIES = 50
LOCK = "SELECT GET_LOCK('mysql_redshift.innodb_trx', 10)"
UNLOCK = "SELECT RELEASE_LOCK('mysql_redshift.innodb_trx')"

# trx_started is local time in the server's system zone, so this session uses that zone. In a repeated hour one local
# time means two instants. Zones repeat an hour or half an hour: if the instant that much earlier has the same local
# time, take the earlier one.
EARLIEST = """(UNIX_TIMESTAMP({t}) - CASE
    WHEN FROM_UNIXTIME(UNIX_TIMESTAMP({t}) - 3600) = {t} THEN 3600
    WHEN FROM_UNIXTIME(UNIX_TIMESTAMP({t}) - 1800) = {t} THEN 1800 ELSE 0 END)"""
TRANSACTIONS = f"""
SELECT trx_mysql_thread_id, {EARLIEST.format(t="trx_started")}, trx_rows_modified, trx_is_read_only
FROM information_schema.INNODB_TRX"""
# A replica lists none of its primary's transactions. Readers on shared storage (Aurora) run no applier but are
# read-only.
READ_ONLY = "SELECT @@global.read_only + @@global.innodb_read_only"
FUNCTIONS = """
SELECT DISTINCT ROUTINE_NAME FROM information_schema.ROUTINES
WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_SCHEMA NOT IN ('sys', 'mysql')"""

IDLE_COMMANDS = frozenset(
    {"Sleep", "Daemon", "Connect", "Ping", "Quit", "Init DB", "Field List", "Close stmt", "Reset stmt", "Statistics"}
)
SYSTEM_USERS = frozenset({"system user", "unauthenticated user"})
READING_WORDS = frozenset(
    {"SELECT", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "TABLE", "VALUES", "USE", "HELP", "CHECKSUM", "KILL"}
    | {"ANALYZE", "OPTIMIZE", "CHECK", "REPAIR", "FLUSH", "COMMIT", "ROLLBACK", "BEGIN", "START", "PREPARE"}
)
LEADING = re.compile(r"(?:\s|\(|/\*(?!!).*?\*/|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$))*", re.DOTALL)
WORD = re.compile(r"\w+")
CALLED = re.compile(r"(\w+)`?\s*\(")
WRITING_IN_WITH = re.compile(r"\b(?:insert|update|delete|replace)\b", re.IGNORECASE)


def read_clock(session: Session) -> ClockReading:
    """Read the clock and the writers. The session must be new: it must not have run a transaction before."""
    moment = _now(session)
    now = to_micros(moment)
    uuid, zone = server_uuid(session), server_zone(session, moment)
    session.execute("SET time_zone = 'SYSTEM'")
    processes = [row for row in session.query("SHOW FULL PROCESSLIST") if row[0] != session.thread_id]
    try:
        transactions = _transactions(session)
    except AccessDenied as exc:
        if code_of(exc) != MISSING_PRIVILEGE:
            raise
        replication = _replication(session, processes)
        return ClockReading(now=now, writers=(), visible=False, server_uuid=uuid, zone=zone, **replication)
    writing = {row[0]: row for row in _writing_statements(session, processes)}
    writers = [
        *_open_transactions(transactions, processes, writing),
        *(_statement(row, now) for row in writing.values()),
    ]
    writers.sort(key=lambda writer: writer.started)
    replication = _replication(session, processes)
    visible = not replication["replica"]
    return ClockReading(now=now, writers=tuple(writers), visible=visible, server_uuid=uuid, zone=zone, **replication)


def _now(session: Session) -> datetime:
    ((moment,),) = session.query(clock_sql.NOW)
    if not isinstance(moment, datetime):
        raise TransientError("MySQL returned no time", where=session.where, found=repr(moment))
    return moment.replace(tzinfo=UTC)


def _transactions(session: Session) -> list[tuple[Any, ...]]:
    """Read until the list contains our own transaction: a list without it is stale.

    The transaction starts before the wait for the lock, so the list that the previous lock holder refreshed usually
    contains it.
    """
    session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    try:
        with _clock_lock(session):
            for _ in range(CACHE_TRIES):
                rows = session.query(TRANSACTIONS)
                others = [row for row in rows if row[0] != session.thread_id]
                if len(others) < len(rows):
                    return others
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
        session.query(LOCK)
    except MysqlRedshiftError:
        refused = True
        if not session.open:
            raise
    try:
        yield
    finally:
        if session.open and not refused:
            session.query(UNLOCK)


def _open_transactions(
    transactions: list[tuple[Any, ...]], processes: list[tuple[Any, ...]], writing: Mapping[int, tuple[Any, ...]]
) -> list[Writer]:
    users = {row[0]: str(row[1]) for row in processes}
    return [
        Writer(
            thread=int(thread),
            user=users.get(thread, "unknown (XA, or just disconnected)"),
            started=int(started or 0) * SECOND,
            kind="transaction",
        )
        for thread, started, modified, read_only in transactions
        if not read_only and (modified or thread in writing) and users.get(thread) not in SYSTEM_USERS
    ]


def _writing_statements(session: Session, processes: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the running statements that may write. A SELECT that calls a stored function is one of them."""
    running = [row for row in processes if _is_running(row)]
    reading = any(row[7] is not None and not may_write(str(row[7])) for row in running)
    names = {str(name).lower() for (name,) in session.query(FUNCTIONS)} if reading else set()
    return [row for row in running if row[7] is None or may_write(str(row[7]), functions=names)]


def _replication(session: Session, processes: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the replica fields of the reading. The lag is read after the clock: the replica may stop in between."""
    replica = _is_replica(session, processes)
    return {"replica": replica, "seconds_behind": seconds_behind(session) if replica else None}


def _is_replica(session: Session, processes: list[tuple[Any, ...]]) -> bool:
    applies = any(str(row[1]) == "system user" and str(row[4]) != "Daemon" for row in processes)
    return applies or bool(session.query(READ_ONLY)[0][0])


def _statement(process: tuple[Any, ...], now: int) -> Writer:
    """Return the statement's earliest possible start: the server truncates its run time to whole seconds."""
    started = now - (_seconds(process[5]) + 1) * SECOND
    return Writer(thread=int(process[0]), user=str(process[1]), started=started, kind="statement")


def _seconds(value: Any) -> int:
    """Return the run time, or 0 if it is out of range: the server's clock was set back after the start."""
    seconds = int(value or 0)
    return seconds if 0 <= seconds < 2**31 else 0


def _is_running(process: tuple[Any, ...]) -> bool:
    """Return whether the process runs a statement for a client. An event's worker has the command Connect."""
    user, command, text = str(process[1]), str(process[4]), process[7]
    if user in SYSTEM_USERS or command.startswith(("Binlog Dump", "Slave_", "Group Replication")):
        return False
    return command not in IDLE_COMMANDS or (command == "Connect" and text is not None)


def may_write(statement: str, functions: Collection[str] = ()) -> bool:
    """Return whether a statement may change rows, judging by its first word and the stored functions that it calls."""
    leading = LEADING.match(statement)
    match = WORD.match(statement, leading.end() if leading else 0)
    word = match.group().upper() if match else ""
    if word not in READING_WORDS and not (word == "WITH" and not WRITING_IN_WITH.search(statement)):
        return True
    return bool(functions) and any(name.lower() in functions for name in CALLED.findall(statement))
