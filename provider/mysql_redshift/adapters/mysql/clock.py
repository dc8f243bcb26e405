"""The writer's clock, and who may still commit rows with a value from before it (DESIGN.md, rule 1; L5a).

Order matters: the clock first, then the process list, then the transactions. A statement that was running at the
clock's time is in the process list, or has ended; if it has ended, its rows are visible, or its transaction is still
in the list that is read last.
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
from mysql_redshift.adapters.mysql.errors import NO_PROCESS_PRIVILEGE, code_of
from mysql_redshift.core.clock import ClockReading, Writer
from mysql_redshift.core.position import to_micros
from mysql_redshift.errors import AccessDenied, MysqlRedshiftError, TransientError

SECOND = 1_000_000
# InnoDB answers from a cache that it renews only when nobody has asked for a tenth of a second. The plans of many
# tables would keep each other from ever seeing it renewed, so they ask one after the other.
CACHE_SECONDS = 0.11
CACHE_TRIES = 50
LOCK = "SELECT GET_LOCK('mysql_redshift.innodb_trx', 10)"
UNLOCK = "SELECT RELEASE_LOCK('mysql_redshift.innodb_trx')"

# trx_started is a wall clock of the system's zone, so this session is put into that zone. In a repeated hour one wall
# clock means two moments: the earlier one is taken, where an hour, or half an hour, before it showed the same.
EARLIEST = """(UNIX_TIMESTAMP({t}) - CASE
    WHEN FROM_UNIXTIME(UNIX_TIMESTAMP({t}) - 3600) = {t} THEN 3600
    WHEN FROM_UNIXTIME(UNIX_TIMESTAMP({t}) - 1800) = {t} THEN 1800 ELSE 0 END)"""
TRANSACTIONS = f"""
SELECT trx_mysql_thread_id, {EARLIEST.format(t="trx_started")}, trx_rows_modified, trx_is_read_only
FROM information_schema.INNODB_TRX"""
# A replica shows no transaction of its primary. Readers of clustered storage have no applier, but are read only.
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
    """Read clock and writers in a session made for this: it must not have run a transaction before."""
    now = _now(session)
    uuid = server_uuid(session)
    session.execute("SET time_zone = 'SYSTEM'")
    processes = [row for row in session.query("SHOW FULL PROCESSLIST") if row[0] != session.thread_id]
    try:
        transactions = _transactions(session)
    except AccessDenied as exc:
        if code_of(exc) != NO_PROCESS_PRIVILEGE:
            raise
        replica = _is_replica(session, processes)
        return ClockReading(now=now, writers=(), visible=False, server_uuid=uuid, replica=replica)
    writing = {row[0]: row for row in _writing_statements(session, processes)}
    writers = [
        *_open_transactions(transactions, processes, writing),
        *(_statement(row, now) for row in writing.values()),
    ]
    writers.sort(key=lambda writer: writer.started)
    replica = _is_replica(session, processes)
    return ClockReading(now=now, writers=tuple(writers), visible=not replica, server_uuid=uuid, replica=replica)


def _now(session: Session) -> int:
    ((moment,),) = session.query("SELECT UTC_TIMESTAMP(6)")
    if not isinstance(moment, datetime):
        raise TransientError("MySQL told no time", where=session.where, found=repr(moment))
    return to_micros(moment.replace(tzinfo=UTC))


def _transactions(session: Session) -> list[tuple[Any, ...]]:
    """Read until the answer holds our own transaction: one without it is older than our question.

    The transaction begins before the wait for the lock: what an earlier holder made InnoDB renew then mostly holds it.
    """
    session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    try:
        with _one_asks(session):
            for _ in range(CACHE_TRIES):
                rows = session.query(TRANSACTIONS)
                others = [row for row in rows if row[0] != session.thread_id]
                if len(others) < len(rows):
                    return others
                time.sleep(random.uniform(1, 2) * CACHE_SECONDS)  # noqa: S311 - not in step with others who ask
    finally:
        if session.open:
            session.execute("COMMIT")
    raise TransientError(
        "InnoDB's list of transactions is not fresh",
        where=session.where,
        found=f"an older list, {CACHE_TRIES} times",
        remedy="Something reads information_schema.INNODB_TRX all the time; slow it down.",
    )


@contextmanager
def _one_asks(session: Session) -> Iterator[None]:
    """Hold the clocks' lock, if it can be had: it spares time, and nothing that is read depends on it.

    A holder that hangs delays the others by the lock's seconds; Galera clusters in strict mode know no such lock.
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
            user=users.get(thread, "unknown (XA, or just gone)"),
            started=int(started or 0) * SECOND,
            kind="transaction",
        )
        for thread, started, modified, read_only in transactions
        if not read_only and (modified or thread in writing) and users.get(thread) not in SYSTEM_USERS
    ]


def _writing_statements(session: Session, processes: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A SELECT that calls a stored function may write, too."""
    running = [row for row in processes if _is_running(row)]
    reading = any(row[7] is not None and not may_write(str(row[7])) for row in running)
    names = {str(name).lower() for (name,) in session.query(FUNCTIONS)} if reading else set()
    return [row for row in running if row[7] is None or may_write(str(row[7]), functions=names)]


def _is_replica(session: Session, processes: list[tuple[Any, ...]]) -> bool:
    applies = any(str(row[1]) == "system user" and str(row[4]) != "Daemon" for row in processes)
    return applies or bool(session.query(READ_ONLY)[0][0])


def _statement(process: tuple[Any, ...], now: int) -> Writer:
    """It runs since at most its whole seconds and one more: the server cuts the fraction off."""
    started = now - (_seconds(process[5]) + 1) * SECOND
    return Writer(thread=int(process[0]), user=str(process[1]), started=started, kind="statement")


def _seconds(value: Any) -> int:
    """The server's clock may have been set back since the statement's start: then the number is absurd."""
    seconds = int(value or 0)
    return seconds if 0 <= seconds < 2**31 else 0


def _is_running(process: tuple[Any, ...]) -> bool:
    """Whether a line of the process list is at work for a client. An event's worker has the command Connect."""
    user, command, text = str(process[1]), str(process[4]), process[7]
    if user in SYSTEM_USERS or command.startswith(("Binlog Dump", "Slave_", "Group Replication")):
        return False
    return command not in IDLE_COMMANDS or (command == "Connect" and text is not None)


def may_write(statement: str, functions: Collection[str] = ()) -> bool:
    """Whether a statement may change rows: by its first word, and by the stored functions it calls."""
    leading = LEADING.match(statement)
    match = WORD.match(statement, leading.end() if leading else 0)
    word = match.group().upper() if match else ""
    if word not in READING_WORDS and not (word == "WITH" and not WRITING_IN_WITH.search(statement)):
        return True
    return bool(functions) and any(name.lower() in functions for name in CALLED.findall(statement))
