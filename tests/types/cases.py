"""For each type of the contract: values as SQL literals, how the server itself tells them, and what that must equal."""

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


ODD_TEXT = (
    "", " ", "  two before, two after  ", "null", "NULL", "None", "nan", "\\N", "'", '"', "\\", "\\\\n", "a\nb\r\tc",
    "; DROP TABLE t; --", "0", "x" * 50,
)  # fmt: skip
LATIN = (*ODD_TEXT, "äöüßÄÖÜ", "€ \u0178 \u2122 \u0152", "\u00a0", "ÿ" * 50)
BMP = (*LATIN, "漢字かな", "Привет", "עברית", "\ufeffbom", "e\u0301", "\uffee" * 50)
ALL = (*BMP, "😀", "👩‍👩‍👧", "\U0010ffff", "😀" * 50)
BYTES = (
    "''", "x'00'", "x'0000'", "x'ff'", "x'fffe'", "x'c328'", "x'61'", "x'20'", "x'0a0d09'", "x'27225c60'", "x'e28282'",
    "x'0100000000000000'", "x'deadbeef'",
)  # fmt: skip
DATES = (
    "'1000-01-01'", "'9999-12-31'", "'1970-01-01'", "'1969-12-31'", "'2000-02-29'", "'1900-03-01'", "'1582-10-04'",
    "'1582-10-15'", "'2026-11-23'", "'0001-01-01'", "'0999-12-31'", "'2038-01-20'",
)  # fmt: skip
DATETIMES = (
    "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59{f}'", "'1970-01-01 00:00:00'", "'1969-12-31 23:59:59{f}'",
    "'2000-02-29 12:00:00'", "'2026-03-29 02:30:00'", "'2026-10-25 02:30:00'", "'0001-01-01 00:00:00'",
    "'1900-01-01 00:00:01'", "'2038-01-19 03:14:08'", "'2262-04-12 00:00:00{f}'", "'1677-09-21 00:12:43'",
)  # fmt: skip
TIMESTAMPS = (
    "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07{f}'", "'2000-01-01 00:00:00'", "'2026-03-29 00:59:59'",
    "'2026-03-29 01:00:00'", "'2026-03-29 01:30:00'", "'2026-10-25 00:30:00'", "'2026-10-25 01:30:00'",
    "'2026-10-25 00:59:59{f}'", "'1999-12-31 23:59:59'", "'2001-09-09 01:46:40'", "'2026-11-23 04:05:06'",
)  # fmt: skip
TIMES = (
    "'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'", "'23:59:59'", "'24:00:00'", "'12:34:56'", "'-01:00:00'",
    "'100:00:00'", "'00:00:01'", "'99:59:59'", "'-99:59:59'",
)  # fmt: skip
FRACTIONS = ("'-838:59:58.999999'", "'00:00:00.000001'", "'-00:00:00.000001'", "'838:59:58.999999'")
NUMBERS_OF_6_2 = (
    "9999.99", "-9999.99", "0", "0.01", "-0.01", "1", "-1", "0.1", "12.2", "99.99", "1000", "0.05", "-1234.56",
)  # fmt: skip
WIDE = (
    "12345678901234567890123456789012345678", "-99999999999999999999999999999999999999", "0", "1", "-1",
    "9007199254740993", "99999999999999999999999999999999999999", "18446744073709551616", "10", "100",
    "9223372036854775808", "-9223372036854775809",
)  # fmt: skip
SMALL = tuple(f"{sign}0.{digits}" for sign in ("", "-") for digits in (
    "00000000000000000000000000000000000001", "99999999999999999999999999999999999999", "1", "5", "01",
    "12345678901234567890",
))  # fmt: skip
HUGE = (
    "9" * 35 + "." + "9" * 30, "-" + "9" * 35 + "." + "9" * 30, "0", "0.000000000000000000000000000001", "1", "-1",
    "12.2", "9007199254740993", "0.1", "-0.1", "123456789.987654321", "100",
)  # fmt: skip
SINGLE = (
    "0", "-0e0", "1", "-1", "16777216", "16777217", "3.4028234663852886e38", "-3.4028234663852886e38",
    "1.401298464324817e-45", "1.1754943508222875e-38", "0.1", "1e10", "3.14159274", "123456.7",
)  # fmt: skip
DOUBLES = (
    "0", "-0e0", "1", "-1", "9007199254740993", "1.7976931348623157e308", "-1.7976931348623157e308",
    "2.2250738585072014e-308", "4.9406564584124654e-324", "0.1", "12.2", "1e22", "0.30000000000000004", "123456789.123",
)  # fmt: skip
DOCUMENTS = (
    "{}", "[]", '"text"', "null", "true", "1", "-1.5", '{"a": {"b": [1, 2, {"c": null}]}}', '{"emoji": "😀"}',
    '{"quote": "a\\"b"}', '{"empty": ""}', "[9007199254740993, 18446744073709551615]", '{"k": "null"}',
)  # fmt: skip
SHAPES = (
    "POINT(0 0)", "POINT(1.5 -2.25)", "POINT(-180 90)", "LINESTRING(0 0,1 1,2 0)",
    "POLYGON((0 0,4 0,4 4,0 4,0 0))", "POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 2,1 1))",
    "MULTILINESTRING((0 0,1 1),(2 2,3 3))", "POINT(0.1 0.2)", "POINT(1e-10 12345678.9)",
    "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))", "POINT(100 -100)",
)  # fmt: skip


def fractions(values: tuple[str, ...], digits: int) -> tuple[str, ...]:
    return tuple(v.replace("{f}", "." + "9" * digits if digits else "") for v in values)


INTEGERS = (
    integer("tinyint(1)", "TINYINT(1)", -128, 127),
    integer("tinyint", "TINYINT", -128, 127),
    integer("tinyint unsigned", "TINYINT UNSIGNED", 0, 255),
    integer("smallint", "SMALLINT", -(2**15), 2**15 - 1),
    integer("smallint unsigned", "SMALLINT UNSIGNED", 0, 2**16 - 1),
    integer("mediumint", "MEDIUMINT", -(2**23), 2**23 - 1),
    integer("mediumint unsigned", "MEDIUMINT UNSIGNED", 0, 2**24 - 1),
    integer("int", "INT", -(2**31), 2**31 - 1),
    integer("int unsigned", "INT UNSIGNED", 0, 2**32 - 1),
    Case(
        name="int zerofill",
        type="INT(8) UNSIGNED ZEROFILL",
        values=("0", "1", "42", "12345678", "123456789", "4294967295"),
        told=str,
        asks="CAST({c}+0 AS CHAR)",
    ),
    integer("bigint", "BIGINT", -(2**63), 2**63 - 1),
    integer("bigint unsigned", "BIGINT UNSIGNED", 0, 2**64 - 1),
    integer("bigint unsigned as bigint", "BIGINT UNSIGNED", 0, 2**63 - 1, policies=(("bigint_unsigned", "bigint"),)),
    integer("year", "YEAR", 1901, 2155),
    Case(name="year 0000", type="YEAR", values=("0", "'0000'", "1901", "2155"), told=lambda v: f"{v:04d}"),
    Case(
        name="tinyint(1) as boolean",
        type="TINYINT(1)",
        values=("0", "1"),
        told=lambda v: str(int(v)),
        policies=(("tinyint1", "boolean"),),
    ),
    Case(name="bit(1)", type="BIT(1)", values=("b'0'", "b'1'"), told=lambda v: str(int(v)), asks="CAST({c}+0 AS CHAR)"),
    *(
        Case(
            name=f"bit({bits})",
            type=f"BIT({bits})",
            values=("0", "1", "2", "3", "7", "8", "127", str(2 ** (bits - 1)), str(2**bits - 1), "100", "42", "64"),
            told=lambda v: format(int(v), "X"),
            asks=AS_HEX,
        )
        for bits in (10, 63, 64)
    ),
)
EXACT = (
    Case(name="decimal(6,2)", type="DECIMAL(6,2)", values=NUMBERS_OF_6_2, told=fixed),
    Case(name="decimal(38,0)", type="DECIMAL(38,0)", values=WIDE, told=fixed),
    Case(
        name="decimal(38,38) ",
        type="DECIMAL(38,30)",
        values=("0", "1.5", "-99999999.999999999999999999999999999999"),
        told=fixed,
    ),
    Case(name="decimal(65,30)", type="DECIMAL(65,30)", values=HUGE, told=str),
    Case(name="decimal(39,0)", type="DECIMAL(39,0)", values=(*WIDE, "9" * 39, "-" + "9" * 39), told=str),
    Case(name="decimal(38,38)", type="DECIMAL(38,38)", values=SMALL, told=fixed, servers=("mariadb",)),
    Case(name="decimal unsigned", type="DECIMAL(10,3) UNSIGNED", values=("0", "9999999.999", "0.001", "1"), told=fixed),
)
FLOATS = (
    Case(name="float", type="FLOAT", values=SINGLE, told=float_bits, asks="bits"),
    Case(
        name="float(7,2)",
        type="FLOAT(7,2)",
        values=("0", "0.1", "-99999.99", "12.2", "16777.21"),
        told=float_bits,
        asks="bits of double",
    ),
    Case(name="double", type="DOUBLE", values=DOUBLES, told=double_bits, asks="bits"),
    Case(
        name="double(12,3)",
        type="DOUBLE(12,3)",
        values=("0", "0.1", "-999999999.999", "12.2", "123456.789"),
        told=double_bits,
        asks="bits",
    ),
)
TEXT = (
    Case(
        name="varchar latin1",
        type="VARCHAR(50) CHARACTER SET latin1",
        values=texts(*LATIN),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(
        name="varchar utf8mb3",
        type="VARCHAR(50) CHARACTER SET utf8mb3",
        values=texts(*BMP),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(
        name="varchar utf8mb4",
        type="VARCHAR(50) CHARACTER SET utf8mb4",
        values=texts(*ALL),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(name="varchar ucs2", type="VARCHAR(50) CHARACTER SET ucs2", values=texts(*BMP), told=utf8_hex, asks=AS_UTF8),
    Case(name="varchar utf16", type="VARCHAR(50) CHARACTER SET utf16", values=texts(*ALL), told=utf8_hex, asks=AS_UTF8),
    Case(name="varchar utf32", type="VARCHAR(50) CHARACTER SET utf32", values=texts(*ALL), told=utf8_hex, asks=AS_UTF8),
    Case(
        name="varchar ascii",
        type="VARCHAR(50) CHARACTER SET ascii",
        values=texts(*ODD_TEXT),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(
        name="varchar bin collation",
        type="VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        values=texts(*ALL),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(
        name="varchar sjis",
        type="VARCHAR(50) CHARACTER SET sjis",
        values=texts("", "漢字", "ｱｲｳ", "表示", "ソ"),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(
        name="varchar koi8r",
        type="VARCHAR(50) CHARACTER SET koi8r",
        values=texts("", "Привет", "═" * 50),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(name="char", type="CHAR(50)", values=texts(*ALL), told=utf8_hex, asks=AS_UTF8),
    Case(name="char(0)", type="CHAR(0)", values=("''",), told=utf8_hex, asks=AS_UTF8),
    Case(
        name="enum",
        type="ENUM('', 'a', 'bé', 'it''s', 'null', '😀')",
        values=texts("", "a", "bé", "it's", "null", "😀"),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(
        name="set",
        type="SET('a', 'bé', 'c d', '😀')",
        values=texts("", "a", "a,bé", "a,bé,c d,😀", "😀"),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(name="tinytext", type="TINYTEXT", values=texts(*ALL), told=utf8_hex, asks=AS_UTF8),
    Case(
        name="tinytext latin1",
        type="TINYTEXT CHARACTER SET latin1",
        values=texts(*LATIN, "€" * 255),
        told=utf8_hex,
        asks=AS_UTF8,
    ),
    Case(name="text", type="TEXT", values=(*texts(*ALL), "REPEAT('x', 65535)"), told=utf8_hex, asks=AS_UTF8),
    Case(
        name="mediumtext", type="MEDIUMTEXT", values=(*texts(*ALL), "REPEAT('é', 32767)"), told=utf8_hex, asks=AS_UTF8
    ),
    Case(name="longtext", type="LONGTEXT", values=(*texts(*ALL), "REPEAT('é', 32767)"), told=utf8_hex, asks=AS_UTF8),
    Case(
        name="uuid",
        type="UUID",
        values=texts(
            "123e4567-e89b-12d3-a456-426655440000",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ),
        told=str,
        servers=("mariadb",),
    ),
    Case(
        name="inet4",
        type="INET4",
        values=texts("0.0.0.0", "255.255.255.255", "192.168.0.1"),
        told=str,
        servers=("mariadb",),
    ),
    Case(
        name="inet6",
        type="INET6",
        values=texts(
            "::", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.1", "2001:db8::ff00:42:8329"
        ),
        told=str,
        servers=("mariadb",),
    ),
)
BINARY = (
    Case(name="binary", type="BINARY(8)", values=BYTES, told=hexed, asks=AS_HEX),
    Case(name="varbinary", type="VARBINARY(300)", values=(*BYTES, "REPEAT(x'00ff', 150)"), told=hexed, asks=AS_HEX),
    Case(name="tinyblob", type="TINYBLOB", values=BYTES, told=hexed, asks=AS_HEX),
    Case(name="blob", type="BLOB", values=(*BYTES, "REPEAT(x'00', 65535)"), told=hexed, asks=AS_HEX),
    Case(name="mediumblob", type="MEDIUMBLOB", values=(*BYTES, "REPEAT(x'ff', 100000)"), told=hexed, asks=AS_HEX),
    Case(name="longblob", type="LONGBLOB", values=(*BYTES, "REPEAT(x'fe', 3000000)"), told=hexed, asks=AS_HEX),
    Case(
        name="vector",
        type="VECTOR(3)",
        values=("TO_VECTOR('[1,2,3]')", "TO_VECTOR('[0,-0.5,1e10]')"),
        told=hexed,
        asks=AS_HEX,
        servers=("mysql",),
    ),
)
TIME = (
    Case(name="date", type="DATE", values=DATES, told=day),
    *(
        Case(name=f"datetime({n})", type=f"DATETIME({n})", values=fractions(DATETIMES, n), told=moment(n))
        for n in (0, 1, 3, 6)
    ),
    *(
        Case(name=f"timestamp({n})", type=f"TIMESTAMP({n}) NULL", values=fractions(TIMESTAMPS, n), told=moment(n))
        for n in (0, 3, 6)
    ),
    Case(
        name="timestamp as timestamptz",
        type="TIMESTAMP(6) NULL",
        values=fractions(TIMESTAMPS, 6),
        told=moment(6),
        policies=(("timestamp", "timestamptz"),),
    ),
    Case(name="time", type="TIME", values=TIMES, told=str),
    Case(name="time(6)", type="TIME(6)", values=(*TIMES, *FRACTIONS), told=str),
    Case(
        name="time as time",
        type="TIME(6)",
        values=("'00:00:00'", "'23:59:59.999999'"),
        told=str,
        policies=(("time", "time"),),
    ),
    Case(
        name="time as microseconds",
        type="TIME(6)",
        values=(*TIMES, *FRACTIONS),
        told=str,
        # Another way than the reader's: hours, minutes, seconds and fraction one by one.
        asks=IN_MICROSECONDS,
        policies=(("time", "microseconds"),),
    ),
)
DOCUMENT = (
    Case(name="json", type="JSON", values=texts(*DOCUMENTS), told=utf8_hex, asks=AS_UTF8),
    Case(
        name="json as varchar",
        type="JSON",
        values=texts(*DOCUMENTS),
        told=utf8_hex,
        asks=AS_UTF8,
        policies=(("json", "varchar"),),
    ),
    Case(
        name="geometry",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}')" for s in SHAPES),
        told=str,
        asks="ST_AsText({c})",
    ),
    Case(
        name="geometry with an SRID",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}', 3857)" for s in SHAPES),
        told=str,
        asks=WITH_SRID,
    ),
    Case(
        name="geometry on the globe",
        type="GEOMETRY",
        values=("ST_GeomFromText('POINT(48.1 11.5)', 4326)", "ST_GeomFromText('LINESTRING(0 0,10 170)', 4326)"),
        told=str,
        asks="CONCAT('SRID=4326;', ST_AsText({c}, 'axis-order=long-lat'))",
        servers=("mysql",),
    ),
    Case(
        name="geometry on the globe as wkb",
        type="GEOMETRY",
        values=("ST_GeomFromText('POINT(48.1 11.5)', 4326)", "ST_GeomFromText('LINESTRING(0 0,10 170)', 4326)"),
        told=hexed,
        # extended WKB: order byte, type with the flag for an SRID, the SRID, then what plain WKB says
        asks="CONCAT(LEFT(HEX(ST_AsBinary({c})), 8), '20', 'E6100000', "
        "SUBSTR(HEX(ST_AsBinary({c}, 'axis-order=long-lat')), 11))",
        servers=("mysql",),
        policies=(("geometry", "wkb"),),
    ),
    Case(
        name="geometry as wkb",
        type="GEOMETRY",
        values=tuple(f"ST_GeomFromText('{s}')" for s in SHAPES),
        told=hexed,
        asks="HEX(ST_AsBinary({c}))",
        policies=(("geometry", "wkb"),),
    ),
    Case(name="point", type="POINT", values=("ST_GeomFromText('POINT(1 2)')",), told=str, asks="ST_AsText({c})"),
)

CASES: tuple[Case, ...] = (*INTEGERS, *EXACT, *FLOATS, *TEXT, *BINARY, *TIME, *DOCUMENT)
