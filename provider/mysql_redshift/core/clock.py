"""Readings of the writer server's clock and of the transactions and statements that may still write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A transaction or statement that may still commit rows. ``started`` is in microseconds since 1970, UTC."""

    thread: int
    user: str
    started: int
    kind: str  # "transaction" or "statement"
    statement: str = ""  # the first word of a statement: the one that the server shows, or "" if it shows none

    def __str__(self) -> str:
        shown = f" ({self.statement})" if self.statement else ""
        return f"{self.kind}{shown} of thread {self.thread}, user {self.user}"


@dataclass(frozen=True, kw_only=True)
class ServerZone:
    """The time zone of sessions that set none; ``name`` as the server states it, ``system`` that of its host.

    Offsets are in seconds east of UTC: at the clock's reading, and in January and July of its year.
    """

    name: str
    system: str
    offset: int
    january: int
    july: int

    @property
    def is_utc(self) -> bool:
        """Whether local time is UTC all year round. London's abbreviation is GMT in winter, yet it is not."""
        return (self.offset, self.january, self.july) == (0, 0, 0)

    def __str__(self) -> str:
        return f"{self.name} ({self.system})" if self.name == "SYSTEM" else self.name


@dataclass(frozen=True, kw_only=True)
class ClockReading:
    """The clock, read before ``writers``: a writer that is not listed started after ``now`` or has ended.

    ``now`` is in microseconds since 1970, UTC. ``visible`` is False if writers cannot be listed: the user lacks the
    PROCESS privilege, or the server is a replica without a connection to its writer. ``replica`` is True for the
    latter; ``seconds_behind`` is then the lag that the replica reports, rounded up, or None if it reports none.
    ``zone``: that of sessions which set none.
    ``hidden``: why the server does not tell which statement the client sent, so that every statement is a writer.
    """

    now: int
    writers: tuple[Writer, ...]
    visible: bool
    server_uuid: str
    replica: bool = False
    seconds_behind: int | None = None
    zone: ServerZone | None = None
    hidden: str = ""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The maximum of an id cursor, read before ``writers``; usable when every one of these writers has ended."""

    maximum: int | None
    writers: tuple[Writer, ...]
    visible: bool
    taken_at: int
