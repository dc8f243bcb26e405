"""Pseudo-random values as SQL over ``n``, identical on MySQL and MariaDB: they use only CRC32 and integers.

Each salt multiplies ``n`` by a different number before the checksum. A salt inside the text would correlate the values,
because the checksums of texts of equal length differ by a constant.
"""

from __future__ import annotations

import zlib

START = "2025-01-01 00:00:00"
YEAR = 364 * 86_400  # seconds; the base data ends before the year does
SECOND = 1_000_000


def noise(salt: str) -> str:
    """Return an expression between 0 and 2^32 - 1."""
    return f"CRC32(n * {zlib.crc32(salt.encode()) % 900_000_000 | 1})"


def between(salt: str, low: int, high: int) -> str:
    """Return a signed integer expression between ``low`` and ``high``, both inclusive."""
    return f"(CAST({noise(salt)} MOD {high - low + 1} AS SIGNED) + {low})"


def one_of(salt: str, *values: str) -> str:
    """Return an expression that selects one of these texts."""
    return f"ELT(1 + {noise(salt)} MOD {len(values)}, {', '.join(map(literal, values))})"


def sometimes(salt: str, percent: int, then: str, otherwise: str) -> str:
    """Return an expression that is ``then`` for about ``percent`` of the rows and ``otherwise`` for the rest."""
    return f"CASE WHEN {noise(salt)} MOD 100 < {percent} THEN {then} ELSE {otherwise} END"


def money(salt: str, low: int, high: int) -> str:
    """Return a DECIMAL with four places between ``low`` and ``high`` ten-thousandths."""
    return f"({between(salt, low, high)} * 0.0001)"


def fraction(salt: str, high: int, bits: int) -> str:
    """Return a DOUBLE between 0 and ``high`` / 2**bits that binary and decimal numbers both represent exactly."""
    return f"({between(salt, 0, high)} * {0.5**bits!r}e0)"


def binary(salt: str, size: int) -> str:
    """Return ``size`` bytes, a multiple of 4, which include zero bytes and invalid UTF-8."""
    words = (f"LPAD(HEX({noise(f'{salt}{word}')}), 8, '0')" for word in range(size // 4))
    return f"UNHEX(CONCAT({', '.join(words)}))"


def moment(seconds: str, micros: str = "0") -> str:
    """Return a DATETIME(6): the seconds and microseconds after the start of the base data's year."""
    return f"(CAST('{START}' AS DATETIME(6)) + INTERVAL ({seconds}) * {SECOND} + ({micros}) MICROSECOND)"


def through_the_year(salt: str, rows: int) -> str:
    """Return seconds of the year that rise with ``n`` but are out of order by up to an hour."""
    return f"(n - 1) * {YEAR - 7_200} DIV {rows} + {noise(salt)} MOD 3600"


def literal(text: str) -> str:
    """Quote a string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
