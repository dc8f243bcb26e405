"""Split a byte stream into messages, independent of packet boundaries."""

from __future__ import annotations

import struct
from typing import NamedTuple

LENGTH = struct.Struct("!I")
MOST_BYTES = 1 << 30
ROW = ord("D")


class FramingError(Exception):
    """The peer violates the protocol."""


class Message(NamedTuple):
    """One typed message; ``raw`` is the whole message including its header."""

    kind: bytes
    raw: bytes

    @property
    def body(self) -> bytes:
        return self.raw[5:]


class Frames:
    """Collect received bytes and return complete messages.

    ``runs`` returns consecutive rows as one message, which makes large results cheap. It is for messages of the server
    only, since the client's ``D`` is another message.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, *, runs: bool = False) -> None:
        self._buffer = bytearray()
        self._most_bytes = most_bytes
        self._runs = runs

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that are now complete, in order."""
        buffer = self._buffer
        buffer += data
        messages = []
        start, end = 0, len(buffer)
        while (behind := self._behind(start, end)) is not None:
            if self._runs and buffer[start] == ROW:
                while (further := self._behind(behind, end)) is not None and buffer[behind] == ROW:
                    behind = further
            messages.append(Message(bytes(buffer[start : start + 1]), bytes(buffer[start:behind])))
            start = behind
        if start:
            del buffer[:start]
        return messages

    def _behind(self, start: int, end: int) -> int | None:
        """Return the end of the message at ``start``; None if it is incomplete."""
        if end - start < 5:
            return None
        (length,) = LENGTH.unpack_from(self._buffer, start + 1)
        if not 4 <= length <= self._most_bytes:
            raise FramingError(f"invalid message length {length}")
        behind = start + 1 + int(length)
        return behind if behind <= end else None


def rows(run: Message) -> list[Message]:
    """Split a run of rows into single rows."""
    return Frames().feed(run.raw)
