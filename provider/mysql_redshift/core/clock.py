"""What the writer's server said of its time and of its running work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A transaction or statement that may still commit rows. ``started`` is in microseconds since 1970, UTC."""

    thread: int
    user: str
    started: int
    kind: str  # "transaction" or "statement"

    def __str__(self) -> str:
        return f"{self.kind} of thread {self.thread}, user {self.user}"


@dataclass(frozen=True, kw_only=True)
class ClockReading:
    """``now`` was read before ``writers``, so whatever is not listed starts later than ``now`` or has ended.

    ``visible`` is False where writers cannot be seen: no PROCESS privilege, or a replica without its writer.
    ``replica`` is True for the latter.
    """

    now: int
    writers: tuple[Writer, ...]
    visible: bool
    server_uuid: str
    replica: bool = False


@dataclass(frozen=True, kw_only=True)
class Observation:
    """``maximum`` of an id cursor was read before ``writers``; usable once none of these is open any more."""

    maximum: int | None
    writers: tuple[Writer, ...]
    visible: bool
    taken_at: int
