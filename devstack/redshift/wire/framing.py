"""Cuts a byte stream into messages, wherever the packets were cut."""

from __future__ import annotations

import struct
from typing import NamedTuple

LENGTH = struct.Struct("!I")
MOST_BYTES = 1 << 30


class FramingError(Exception):
    """The peer does not speak the protocol."""


class Message(NamedTuple):
    """One typed message; ``raw`` is the whole of it, header included."""

    kind: bytes
    raw: bytes

    @property
    def body(self) -> bytes:
        return self.raw[5:]


class Frames:
    """Takes bytes as they come and gives whole messages; keeps what is not whole yet."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._buffer = bytearray()
        self._most_bytes = most_bytes

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that are whole now, in order."""
        buffer = self._buffer
        buffer += data
        messages = []
        start, end = 0, len(buffer)
        while end - start >= 5:
            (length,) = LENGTH.unpack_from(buffer, start + 1)
            if not 4 <= length <= self._most_bytes:
                raise FramingError(f"invalid message length {length}")
            if end - start <= length:
                break
            messages.append(Message(bytes(buffer[start : start + 1]), bytes(buffer[start : start + 1 + length])))
            start += 1 + length
        if start:
            del buffer[:start]
        return messages
