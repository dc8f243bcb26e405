"""Pseudo-random values as SQL over ``n``: the same on MySQL and MariaDB, because CRC32 and integers are.

Each salt multiplies ``n`` by a number of its own before the checksum: a salt inside the text would not do, because
checksums of texts of equal length differ by a constant.
"""

from __future__ import annotations

import zlib

START = "2025-01-01 00:00:00"
YEAR = 364 * 86_400  # seconds: the base data end before the year does
SECOND = 1_000_000


def noise(salt: str) -> str:
    """Return an expression between 0 and 2^32 - 1."""
    return f"CRC32(n * {zlib.crc32(salt.encode()) % 900_000_000 | 1})"


def between(salt: str, low: int, high: int) -> str:
    """Return an integer expression, both bounds included; signed, so that ``low`` may be negative."""
    return f"(CAST({noise(salt)} MOD {high - low + 1} AS SIGNED) + {low})"


def one_of(salt: str, *values: str) -> str:
    """Return one of these texts."""
    return f"ELT(1 + {noise(salt)} MOD {len(values)}, {', '.join(map(literal, values))})"


def sometimes(salt: str, percent: int, then: str, otherwise: str) -> str:
    """Return the expression ``then`` for about ``percent`` of the rows, else ``otherwise``."""
    return f"CASE WHEN {noise(salt)} MOD 100 < {percent} THEN {then} ELSE {otherwise} END"


def money(salt: str, low: int, high: int) -> str:
    """Return a DECIMAL with four places between ``low`` and ``high`` ten-thousandths."""
    return f"({between(salt, low, high)} * 0.0001)"


def fraction(salt: str, high: int, bits: int) -> str:
    """Return a DOUBLE between 0 and ``high`` / 2**bits that binary and decimal numbers both hold exactly."""
    return f"({between(salt, 0, high)} * {0.5**bits!r}e0)"


def binary(salt: str, size: int) -> str:
    """Return ``size`` bytes, a multiple of 4: zero bytes and bytes that are no UTF-8 among them."""
    words = (f"LPAD(HEX({noise(f'{salt}{word}')}), 8, '0')" for word in range(size // 4))
    return f"UNHEX(CONCAT({', '.join(words)}))"


def moment(seconds: str, micros: str = "0") -> str:
    """Return a DATETIME(6): so many seconds and microseconds after the start of the year of the base data."""
    return f"(CAST('{START}' AS DATETIME(6)) + INTERVAL ({seconds}) * {SECOND} + ({micros}) MICROSECOND)"


def through_the_year(salt: str, rows: int) -> str:
    """Return seconds of the year that rise with ``n``, with an hour of disorder, as applications write them."""
    return f"(n - 1) * {YEAR - 7_200} DIV {rows} + {noise(salt)} MOD 3600"


def literal(text: str) -> str:
    """Quote a text."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
