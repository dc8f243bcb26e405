"""A case: one column, its values as SQL literals, and the text in which the server and Parquet are compared."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

BOTH = ("mysql", "mariadb")

# Expressions whose values the server returns as text, independently of our reader; {c} is the column.
AS_TEXT = "CAST({c} AS CHAR)"
AS_HEX = "HEX({c})"
AS_UTF8 = "HEX(CONVERT({c} USING utf8mb4))"
WITH_SRID = "CONCAT('SRID=', ST_SRID({c}), ';', ST_AsText({c}))"
IN_MICROSECONDS = (
    "CAST(IF(LEFT({c}, 1) = '-', -1, 1) * ((HOUR({c}) * 3600 + MINUTE({c}) * 60 + SECOND({c})) * 1000000"
    " + MICROSECOND({c})) AS CHAR)"
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One column and its values.

    ``sql`` is the expression with which the server returns a value as text: "bits" compares IEEE 754 bits with those
    of the literals, "bits of double" with those of CAST AS DOUBLE. ``to_text`` converts a value read from Parquet to
    the same text.
    """

    name: str
    type: str
    values: tuple[str, ...]
    to_text: Callable[[Any], str]
    sql: str = AS_TEXT
    servers: tuple[str, ...] = BOTH
    policies: tuple[tuple[str, str], ...] = ()


def integer(name: str, column_type: str, low: int, high: int, **more: Any) -> Case:
    middle = sorted({low, low + 1, low // 2, -1, 0, 1, 2, 7, 9, 10, 42, 100, 127, high // 2, high // 3, high - 1, high})
    inside = [str(value) for value in middle if low <= value <= high]
    return Case(name=name, type=column_type, values=tuple(inside), to_text=str, **more)


def texts(*values: str) -> tuple[str, ...]:
    """Quote for a session in which a backslash escapes."""
    return tuple("'" + v.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0") + "'" for v in values)


def utf8_hex(value: str) -> str:
    return value.encode().hex().upper()


def hex_text(value: bytes) -> str:
    return value.hex().upper()


def decimal_text(value: Decimal) -> str:
    return format(value, "f")


def date_text(value: date) -> str:
    return value.isoformat()


def datetime_text(digits: int) -> Callable[[datetime], str]:
    """Return a function that prints a value as the server does: with the column's number of fractional digits."""

    def to_text(value: datetime) -> str:
        text = value.strftime("%H:%M:%S.%f")
        return f"{value.date().isoformat()} {text[: 8 + (digits + 1 if digits else 0)]}"

    return to_text


def float_bits(value: float) -> str:
    return struct.pack(">f", value).hex()


def double_bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def fractions(values: tuple[str, ...], digits: int) -> tuple[str, ...]:
    return tuple(v.replace("{f}", "." + "9" * digits if digits else "") for v in values)
