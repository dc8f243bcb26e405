"""Decide which sessions may still commit rows with an earlier cursor than the clock that was read before (ADR 12).

The text of a running statement proves nothing: the server shows the statement that a stored program runs, not the one
that called it, and the caller's NOW() is fixed. So every running statement may write, unless its session cannot.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from mysql_redshift.core.clock import Writer

SECOND = 1_000_000
OWN_COMMENT = "/* mysql_redshift reader */"  # ends each statement of our read-only sessions; no program contains it
IDLE_COMMANDS = frozenset(
    {"Sleep", "Daemon", "Connect", "Ping", "Quit", "Init DB", "Field List", "Close stmt", "Reset stmt", "Statistics"}
)
SYSTEM_USERS = frozenset({"system user", "unauthenticated user"})
REPLICATION_COMMANDS = ("Binlog Dump", "Slave_", "Group Replication")
# A statement locks its tables, and those of the functions that it calls, before it is in one of these states.
TABLES_LOCKED = frozenset({"executing", "User sleep", "Sending to client", "Sending data", "Writing to net"})
LEADING = re.compile(r"(?:\s|\(|/\*(?!!).*?\*/|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$))*", re.DOTALL)
KEYWORD = re.compile(r"[A-Za-z]{2,12}\b")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A row of the process list. ``seconds``: since its statement, or the outermost one, began; truncated."""

    thread: int
    user: str
    command: str
    seconds: int
    state: str
    text: str | None

    @property
    def runs(self) -> bool:
        """Whether it runs a statement for a client. An event's worker has the command Connect."""
        if self.user in SYSTEM_USERS or self.command.startswith(REPLICATION_COMMANDS):
            return False
        return self.command not in IDLE_COMMANDS or (self.command == "Connect" and self.text is not None)

    @property
    def keyword(self) -> str:
        """The first word of its text, which may be that of a statement in a stored program."""
        text = self.text or ""
        leading = LEADING.match(text)
        word = KEYWORD.match(text, leading.end() if leading else 0)
        return word.group().upper() if word else ""


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """A row of InnoDB's list.

    ``read_only``: started with READ ONLY. InnoDB also calls a single SELECT read-only, which proves nothing: a
    procedure may run it, and write later.
    """

    thread: int
    started: int  # microseconds since 1970, UTC
    modified: bool
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class Outermost:
    """What the performance schema shows: threads whose outermost statement is a SELECT, then who may write a table.

    ``unknown``: why it shows nothing; then every statement may write.
    """

    selects: frozenset[int] = frozenset()
    write_locks: frozenset[int] = frozenset()
    unknown: str = ""

    def reads(self, process: Process) -> bool:
        """Return whether the process only reads: it holds all its table locks, and none of them is for writing."""
        locked = process.state in TABLES_LOCKED
        return locked and process.thread in self.selects and process.thread not in self.write_locks


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """What was read after the clock, in this order: processes, outermost statements, transactions."""

    processes: Collection[Process]
    outermost: Outermost = field(default_factory=Outermost)
    transactions: Collection[Transaction]

    def writers(self, now: int, readers: Collection[str] = ()) -> tuple[Writer, ...]:
        """Return the writers, oldest first. ``now``: the clock; ``readers``: accounts that are declared to only read.

        A transaction that has changed rows counts, whoever runs it.
        """
        running = {process.thread: process for process in self._running(readers)}
        found = [*self._open_transactions(running), *(_statement(process, now) for process in running.values())]
        return tuple(sorted(found, key=lambda writer: writer.started))

    def _running(self, readers: Collection[str]) -> Iterable[Process]:
        read_only = {transaction.thread for transaction in self.transactions if transaction.read_only}
        for process in self.processes:
            own = process.text is not None and process.text.endswith(OWN_COMMENT)
            cannot_write = own or process.user in readers or process.thread in read_only
            if process.runs and not cannot_write and not self.outermost.reads(process):
                yield process

    def _open_transactions(self, running: Mapping[int, Process]) -> Iterable[Writer]:
        """Yield transactions that changed rows, or that run a statement which may have computed its values before."""
        users = {process.thread: process.user for process in self.processes}
        for transaction in self.transactions:
            thread = transaction.thread
            user = users.get(thread, "unknown (XA, or just disconnected)")
            writes = transaction.modified or (thread in running and running[thread].keyword != "SELECT")
            if writes and not transaction.read_only and user not in SYSTEM_USERS:
                yield Writer(thread=thread, user=user, started=transaction.started, kind="transaction")


def _statement(process: Process, now: int) -> Writer:
    """Return the statement's earliest possible start: the server truncates its run time to whole seconds."""
    started = now - (process.seconds + 1) * SECOND
    return Writer(
        thread=process.thread, user=process.user, started=started, kind="statement", statement=process.keyword
    )
