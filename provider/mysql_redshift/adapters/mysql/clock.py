"""The writer's clock, and who may still commit rows with a value from before it (DESIGN.md, rule 1; L5a).

Order matters: the clock first, then the process list, then the transactions. A statement that was running at the
clock's time is in the process list, or has ended; if it has ended, its rows are visible, or its transaction is still
in the list that is read last.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

from mysql_redshift.adapters.mysql.catalogue import server_uuid
from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.errors import NO_PROCESS_PRIVILEGE, code_of
from mysql_redshift.core.clock import ClockReading, Writer
from mysql_redshift.core.position import to_micros
from mysql_redshift.errors import AccessDenied, TransientError

SECOND = 1_000_000
# InnoDB answers from a cache that it renews only when nobody has asked for a tenth of a second.
CACHE_SECONDS = 0.11
CACHE_TRIES = 50

# trx_started is a wall clock of the system's zone, so this session is put into that zone. In a repeated hour the
# same wall clock came twice: the last two columns say whether an hour, or half an hour, earlier it showed the same.
TRANSACTIONS = """
SELECT trx_mysql_thread_id, UNIX_TIMESTAMP(trx_started), trx_rows_modified, trx_is_read_only,
       FROM_UNIXTIME(UNIX_TIMESTAMP(trx_started) - 3600) = trx_started,
       FROM_UNIXTIME(UNIX_TIMESTAMP(trx_started) - 1800) = trx_started
FROM information_schema.INNODB_TRX"""

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
WRITING_IN_WITH = re.compile(r"\b(?:insert|update|delete|replace)\b", re.IGNORECASE)


def read_clock(session: Session) -> ClockReading:
    """Read clock and writers in a session made for this: it must not have run a transaction before."""
    now = _now(session)
    uuid = server_uuid(session)
    session.execute("SET time_zone = 'SYSTEM'")
    processes = session.query("SHOW FULL PROCESSLIST")
    try:
        transactions = _transactions(session)
    except AccessDenied as exc:
        if code_of(exc) != NO_PROCESS_PRIVILEGE:
            raise
        return ClockReading(now=now, writers=(), visible=False, server_uuid=uuid)
    writers = (*_writing_transactions(transactions, processes), *_running_statements(processes, session.thread_id, now))
    return ClockReading(
        now=now, writers=tuple(sorted(writers, key=lambda w: w.started)), visible=True, server_uuid=uuid
    )


def _now(session: Session) -> int:
    ((moment,),) = session.query("SELECT UTC_TIMESTAMP(6)")
    if not isinstance(moment, datetime):
        raise TransientError("MySQL told no time", where=session.where, found=repr(moment))
    return to_micros(moment.replace(tzinfo=UTC))


def _transactions(session: Session) -> list[tuple[Any, ...]]:
    """Read until the answer holds our own transaction: one without it is older than our question."""
    session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    try:
        for _ in range(CACHE_TRIES):
            rows = session.query(TRANSACTIONS)
            if any(row[0] == session.thread_id for row in rows):
                return [row for row in rows if row[0] != session.thread_id]
            time.sleep(CACHE_SECONDS)
    finally:
        if session.open:
            session.execute("COMMIT")
    raise TransientError(
        "InnoDB's list of transactions is not fresh",
        where=session.where,
        found=f"an older list, {CACHE_TRIES} times",
        remedy="Something reads information_schema.INNODB_TRX all the time; slow it down.",
    )


def _writing_transactions(transactions: list[tuple[Any, ...]], processes: list[tuple[Any, ...]]) -> list[Writer]:
    threads = {row[0]: row for row in processes}
    writers = []
    for thread, started, modified, read_only, hour_before, half_hour_before in transactions:
        process = threads.get(thread)
        if read_only or (not modified and not (process and _is_writing_statement(process))):
            continue
        if process and process[1] in SYSTEM_USERS:
            continue
        repeated = 3600 if hour_before else 1800 if half_hour_before else 0
        user = str(process[1]) if process else "unknown (no connection: XA, or just ended)"
        moment = (int(started or 0) - repeated) * SECOND
        writers.append(Writer(thread=int(thread), user=user, started=moment, kind="transaction"))
    return writers


def _running_statements(processes: list[tuple[Any, ...]], own: int, now: int) -> list[Writer]:
    """Each runs since at most its whole seconds and one more: the server cuts the fraction off."""
    return [
        Writer(thread=int(row[0]), user=str(row[1]), started=now - (_seconds(row[5]) + 1) * SECOND, kind="statement")
        for row in processes
        if row[0] != own and _is_writing_statement(row)
    ]


def _seconds(value: Any) -> int:
    """The server's clock may have been set back since the statement's start: then the number is absurd."""
    seconds = int(value or 0)
    return seconds if 0 <= seconds < 2**31 else 0


def _is_writing_statement(process: tuple[Any, ...]) -> bool:
    """Whether a line of the process list runs something that can write. An event's worker has the command Connect."""
    user, command, text = str(process[1]), str(process[4]), process[7]
    if user in SYSTEM_USERS or command.startswith(("Binlog Dump", "Slave_", "Group Replication")):
        return False
    if command in IDLE_COMMANDS and not (command == "Connect" and text):
        return False
    return text is None or may_write(str(text))


def may_write(statement: str) -> bool:
    """Whether a statement may change rows, by its first word; what is not known to read only may."""
    match = WORD.match(statement, LEADING.match(statement).end())  # type: ignore[union-attr]
    word = match.group().upper() if match else ""
    if word == "WITH":
        return WRITING_IN_WITH.search(statement) is not None
    return word not in READING_WORDS
