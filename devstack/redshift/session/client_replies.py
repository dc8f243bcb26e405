"""Rewrite PostgreSQL's replies for the client: Redshift's type OIDs, tags and error texts."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from devstack.redshift.rules.errors import translate
from devstack.redshift.sql.identifier import LONG_NAMES, MARK
from devstack.redshift.wire.framing import Message, rows
from devstack.redshift.wire.messages import ServerError, build_data_row, command_complete, data_row, message

VARBYTE = 6551
NAME_MARK = MARK.encode()


@dataclass(kw_only=True)
class Shape:
    """The indexes of a result's VARBYTE columns in text format, where PostgreSQL prefixes the digits with ``\\x``."""

    varbyte: list[int] = field(default_factory=list)


class ClientReplies:
    """Rewrite the replies to one statement."""

    def __init__(self, type_oids: Mapping[int, int], shape: Shape | None = None, tag: str | None = None) -> None:
        self._type_oids = type_oids
        self._shape = shape or Shape()
        self._tag = tag
        self.relation = ""

    def __call__(self, message_: Message) -> Sequence[bytes]:
        kind = message_.kind
        if kind == b"D":
            return (self._row(message_),)
        if kind == b"T":
            return (self._description(message_),)
        if kind == b"C" and self._tag is not None:
            return (command_complete(self._tag),)
        if kind == b"E":
            return (translate(ServerError.decode(message_.body), self.relation).encode(),)
        return (message_.raw,)

    def _row(self, run: Message) -> bytes:
        if not self._shape.varbyte and NAME_MARK not in run.raw:
            return run.raw
        return b"".join(self._plain(data_row(row.body)) for row in rows(run))

    def _plain(self, values: list[bytes | None]) -> bytes:
        for index in self._shape.varbyte:
            value = values[index]
            if value is not None and value.startswith(b"\\x"):
                values[index] = value[2:]
        return build_data_row([None if value is None else LONG_NAMES(value) for value in values])

    def _description(self, description: Message) -> bytes:
        (count,) = struct.unpack_from("!H", description.body)
        out, at, self._shape.varbyte = [description.body[:2]], 2, []
        for index in range(count):
            end = description.body.index(0, at)
            name, rest = description.body[at:end], bytearray(description.body[end : end + 19])
            oid, _, _, form = struct.unpack_from("!IhiH", rest, 7)
            known = self._type_oids.get(oid)
            if known is not None:
                struct.pack_into("!I", rest, 7, known)
                if known == VARBYTE and form == 0:
                    self._shape.varbyte.append(index)
            out += [LONG_NAMES(name), bytes(rest)]
            at = end + 19
        return message(b"T", b"".join(out))


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One statement of a simple query as sent to PostgreSQL."""

    visible: bool
    tag: str | None = None


class Segments:
    """Hide the replies to the proxy's own statements inside a simple query from the client."""

    def __init__(self, type_oids: Mapping[int, int], segments: Sequence[Segment], relation: str = "") -> None:
        self._client_replies = [ClientReplies(type_oids, tag=segment.tag) for segment in segments]
        for client_replies in self._client_replies:
            client_replies.relation = relation
        self._segments = segments
        self._at = 0

    def __call__(self, message_: Message) -> Sequence[bytes]:
        if message_.kind == b"Z":
            return (message_.raw,)
        current = min(self._at, len(self._segments) - 1)
        out = self._client_replies[current](message_)
        if message_.kind in (b"C", b"I"):
            self._at += 1
        return out if self._segments[current].visible or message_.kind == b"E" else ()
