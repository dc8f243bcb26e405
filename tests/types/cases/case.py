"""A column's case: values as SQL literals, how the server itself tells them, and what that must equal."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

BOTH = ("mysql", "mariadb")

# What the server is asked for, independently of our reader; {c} is the column.
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
    """One column: ``told`` turns a value read back from Parquet into the server's own text."""

    name: str
    type: str
    values: tuple[str, ...]
    told: Callable[[Any], str]
    asks: str = AS_TEXT
    servers: tuple[str, ...] = BOTH
    policies: tuple[tuple[str, str], ...] = ()


def integer(name: str, column_type: str, low: int, high: int, **more: Any) -> Case:
    middle = sorted({low, low + 1, low // 2, -1, 0, 1, 2, 7, 9, 10, 42, 100, 127, high // 2, high // 3, high - 1, high})
    inside = [str(value) for value in middle if low <= value <= high]
    return Case(name=name, type=column_type, values=tuple(inside), told=str, **more)


def texts(*values: str) -> tuple[str, ...]:
    """Quote for a session that escapes with backslashes."""
    return tuple("'" + v.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0") + "'" for v in values)


def utf8_hex(value: str) -> str:
    return value.encode().hex().upper()


def hexed(value: bytes) -> str:
    return value.hex().upper()


def fixed(value: Decimal) -> str:
    return format(value, "f")


def day(value: date) -> str:
    return value.isoformat()


def moment(digits: int) -> Callable[[datetime], str]:
    """As the server prints it: with the column's digits."""

    def told(value: datetime) -> str:
        text = value.strftime("%H:%M:%S.%f")
        return f"{value.date().isoformat()} {text[: 8 + (digits + 1 if digits else 0)]}"

    return told


def float_bits(value: float) -> str:
    return struct.pack(">f", value).hex()


def double_bits(value: float) -> str:
    return struct.pack(">d", value).hex()


def fractions(values: tuple[str, ...], digits: int) -> tuple[str, ...]:
    return tuple(v.replace("{f}", "." + "9" * digits if digits else "") for v in values)
