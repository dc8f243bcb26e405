"""The messages that the proxy writes, and the parts that it reads."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devstack.redshift.wire.framing import LENGTH, FramingError

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102
PROTOCOL_3 = 196608

FLUSH = b"H\0\0\0\4"
SYNC = b"S\0\0\0\4"
COPY_DONE = b"c\0\0\0\4"


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + LENGTH.pack(len(body) + 4) + body


def cstring(text: str) -> bytes:
    return text.encode() + b"\0"


def take_cstring(body: bytes, start: int) -> tuple[str, int]:
    """Return the text and the offset after its NUL."""
    end = body.find(b"\0", start)
    if end < 0:
        raise FramingError("unterminated string in a message")
    return body[start:end].decode("utf-8", "replace"), end + 1


def startup(parameters: Mapping[str, str]) -> bytes:
    body = LENGTH.pack(PROTOCOL_3) + b"".join(cstring(k) + cstring(v) for k, v in parameters.items()) + b"\0"
    return LENGTH.pack(len(body) + 4) + body


def parse_startup(body: bytes) -> dict[str, str]:
    """Return the parameters that follow the protocol version."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(body) and body[at]:
        key, at = take_cstring(body, at)
        pairs[key], at = take_cstring(body, at)
    return pairs


def cancel_request(process: int, secret: int) -> bytes:
    return struct.pack("!IIII", 16, CANCEL_REQUEST, process, secret)


def query(sql: str) -> bytes:
    return message(b"Q", cstring(sql))


def parse(name: str, sql: str, types: bytes = b"\0\0") -> bytes:
    """``types`` is the raw tail of the message: the count and the OIDs of the parameters."""
    return message(b"P", cstring(name) + cstring(sql) + types)


def bind(portal: str, name: str, values: Sequence[str | None] = ()) -> bytes:
    """Bind values in text format and request the result in text format."""
    encoded = [None if value is None else value.encode() for value in values]
    packed = b"".join(b"\xff\xff\xff\xff" if v is None else LENGTH.pack(len(v)) + v for v in encoded)
    return message(b"B", cstring(portal) + cstring(name) + b"\0\0" + struct.pack("!H", len(encoded)) + packed + b"\0\0")


def execute(portal: str) -> bytes:
    return message(b"E", cstring(portal) + b"\0\0\0\0")


def close(kind: bytes, name: str) -> bytes:
    return message(b"C", kind + cstring(name))


def copy_fail(reason: str) -> bytes:
    return message(b"f", cstring(reason))


def parameter_status(name: str, value: str) -> bytes:
    return message(b"S", cstring(name) + cstring(value))


def command_complete(tag: str) -> bytes:
    return message(b"C", cstring(tag))


def ready(status: bytes) -> bytes:
    return message(b"Z", status)


def data_row(body: bytes) -> list[bytes | None]:
    (count,) = struct.unpack_from("!H", body)
    values: list[bytes | None] = []
    at = 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", body, at)
        at += 4
        values.append(None if length < 0 else body[at : at + length])
        at += max(length, 0)
    return values


def build_data_row(values: Sequence[bytes | None]) -> bytes:
    packed = b"".join(b"\xff\xff\xff\xff" if v is None else LENGTH.pack(len(v)) + v for v in values)
    return message(b"D", struct.pack("!H", len(values)) + packed)


@dataclass(kw_only=True, eq=False)
class ServerError(Exception):
    """The content of an ErrorResponse."""

    code: str
    message: str
    detail: str = ""
    hint: str = ""
    severity: str = "ERROR"

    def __str__(self) -> str:
        return f"{self.code} {self.message}"

    def encode(self) -> bytes:
        fields = {"S": self.severity, "C": self.code, "M": self.message, "D": self.detail, "H": self.hint}
        return message(b"E", b"".join(k.encode() + cstring(v) for k, v in fields.items() if v) + b"\0")

    @classmethod
    def decode(cls, body: bytes) -> ServerError:
        fields: dict[str, str] = {}
        at = 0
        while at < len(body) and body[at]:
            key = chr(body[at])
            fields[key], at = take_cstring(body, at + 1)
        return cls(
            code=fields.get("C", "XX000"),
            message=fields.get("M", ""),
            detail=fields.get("D", ""),
            hint=fields.get("H", ""),
            severity=fields.get("S", "ERROR"),
        )
