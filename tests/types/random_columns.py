"""Random columns with random values, as cases like the handwritten ones."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from tests.types.cases.case import (
    AS_HEX,
    AS_UTF8,
    Case,
    date_text,
    datetime_text,
    decimal_text,
    double_bits,
    float_bits,
    hex_text,
    texts,
    utf8_hex,
)

ROWS = 12
LETTERS = {
    "ascii": "abc XYZ019'\"\\%_;-\n",
    "latin1": "aé€ßÿ\u00a0' \\",
    "latin2": "aąłŐ' \\",
    "utf8mb3": "aé€漢Я\u200b' \\",
    "ucs2": "aé€漢Я' \\",
    "utf8mb4": "aé€漢Я😀\U0010fffd' \\",
    "utf16": "aé€漢😀' \\",
    "utf16le": "aé€漢😀' \\",
    "utf32": "aé€漢😀' \\",
    "cp1251": "Привет' abc",
    "koi8r": "Привет═' abc",
    "greek": "αΩ' abc",
    "hebrew": "אבג' abc",
    "tis620": "กขค' abc",
    "gbk": "漢字abc'",
    "sjis": "漢字ソｱ'",
    "ujis": "漢字ソ'",
    "euckr": "한글'",
    "big5": "漢字'",
}
Collations = Mapping[str, tuple[str, ...]]  # the server's collations, by character set


def random_case(rng: random.Random, name: str, collations: Collations) -> Case:
    """Return a column of a random type with ROWS values."""
    return rng.choice(MAKERS)(rng, name, collations)


def _integer(rng: random.Random, name: str, _: Collations) -> Case:
    kind, bits = rng.choice([("TINYINT", 8), ("SMALLINT", 16), ("MEDIUMINT", 24), ("INT", 32), ("BIGINT", 64)])
    unsigned = rng.random() < 0.5
    low, high = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    values = tuple(str(rng.choice([low, high, rng.randint(low, high)])) for _ in range(ROWS))
    return Case(name=name, type=f"{kind}{' UNSIGNED' if unsigned else ''}", values=values, to_text=str)


def _decimal(rng: random.Random, name: str, _: Collations) -> Case:
    precision = rng.randint(1, 65)
    scale = rng.randint(0, min(precision, 30))

    def value() -> str:
        digits = str(rng.randrange(10**precision)).zfill(scale + 1)
        point = len(digits) - scale
        return rng.choice(["", "-"]) + digits[:point] + ("." + digits[point:] if scale else "")

    values = tuple(value() for _ in range(ROWS))

    def to_text(found: Decimal | str) -> str:
        return found if isinstance(found, str) else decimal_text(found)

    return Case(name=name, type=f"DECIMAL({precision},{scale})", values=values, to_text=to_text)


def _text(rng: random.Random, name: str, collations: Collations) -> Case:
    charset = rng.choice(list(LETTERS))
    length = rng.randint(1, 120)
    kind = rng.choice([f"VARCHAR({length})", f"VARCHAR({length})", f"CHAR({length})", "TINYTEXT", "TEXT", "MEDIUMTEXT"])
    most = min(length, 60)  # a TINYTEXT holds 255 bytes
    values = texts(*("".join(rng.choices(LETTERS[charset], k=rng.randint(0, most))) for _ in range(ROWS)))
    return Case(
        name=name, type=f"{kind} {_collated(rng, charset, collations)}", values=values, to_text=utf8_hex, sql=AS_UTF8
    )


def _collated(rng: random.Random, charset: str, collations: Collations) -> str:
    chosen = rng.choice(["", *(f" COLLATE {name}" for name in collations[charset])])
    return f"CHARACTER SET {charset}{chosen}"


def _binary(rng: random.Random, name: str, _: Collations) -> Case:
    length = rng.randint(1, 200)
    kind = rng.choice([f"VARBINARY({length})", f"BINARY({length})", "BLOB"])
    values = tuple(f"x'{rng.randbytes(rng.randint(0, length)).hex()}'" for _ in range(ROWS))
    return Case(name=name, type=kind, values=values, to_text=hex_text, sql=AS_HEX)


def _double(rng: random.Random, name: str, _: Collations) -> Case:
    values: list[str] = []
    while len(values) < ROWS:
        (value,) = struct.unpack("<d", rng.randbytes(8))
        if abs(value) < 1e308:  # excludes NaN too
            values.append(repr(value) if "e" in repr(value) else f"{value!r}e0")
    return Case(name=name, type="DOUBLE", values=tuple(values), to_text=double_bits, sql="bits")


def _float(rng: random.Random, name: str, _: Collations) -> Case:
    values: list[str] = []
    while len(values) < ROWS:
        (value,) = struct.unpack("<f", rng.randbytes(4))
        if abs(value) < 3e38:
            values.append(f"{value:.17e}")
    return Case(name=name, type="FLOAT", values=tuple(values), to_text=float_bits, sql="bits")


def _datetime(rng: random.Random, name: str, _: Collations) -> Case:
    digits = rng.randint(0, 6)
    kind, low, span = rng.choice(
        [
            ("DATETIME", datetime.fromisoformat("1000-01-01"), 3_000_000),
            ("TIMESTAMP", datetime.fromisoformat("1970-01-02"), 24_000),
        ]
    )

    def value() -> str:
        at = low + timedelta(days=rng.randrange(span), microseconds=rng.randrange(86_400_000_000))
        text = at.isoformat(sep=" ", timespec="microseconds")
        return f"'{text[: 20 + digits] if digits else text[:19]}'"

    return Case(
        name=name,
        type=f"{kind}({digits}) NULL",
        values=tuple(value() for _ in range(ROWS)),
        to_text=datetime_text(digits),
    )


def _date(rng: random.Random, name: str, _: Collations) -> Case:
    first = datetime.fromisoformat("1000-01-01")
    values = tuple(f"'{(first + timedelta(days=rng.randrange(3_287_000))).date()}'" for _ in range(ROWS))
    return Case(name=name, type="DATE", values=values, to_text=date_text)


def _time(rng: random.Random, name: str, _: Collations) -> Case:
    def value() -> str:
        sign, hours = rng.choice(["", "-"]), rng.randint(0, 837)
        return f"'{sign}{hours:02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}.{rng.randrange(10**6):06d}'"

    return Case(name=name, type="TIME(6)", values=tuple(value() for _ in range(ROWS)), to_text=str)


def _bit(rng: random.Random, name: str, _: Collations) -> Case:
    bits = rng.randint(2, 64)
    values = tuple(str(rng.getrandbits(bits)) for _ in range(ROWS))
    return Case(
        name=name, type=f"BIT({bits})", values=values, to_text=lambda found: format(int(found), "X"), sql=AS_HEX
    )


def _enum(rng: random.Random, name: str, collations: Collations) -> Case:
    charset = rng.choice(list(LETTERS))
    # the numbers make members distinct under every collation; a member of a SET cannot contain a comma
    members = [f"{rng.choice(LETTERS[charset]).strip()}{number}" for number in range(rng.randint(1, 9))]
    kind = f"{rng.choice(['ENUM', 'SET'])}({', '.join(texts(*members))})"
    values = texts(*(rng.choice(members) for _ in range(ROWS)))
    return Case(
        name=name, type=f"{kind} {_collated(rng, charset, collations)}", values=values, to_text=utf8_hex, sql=AS_UTF8
    )


def _json(rng: random.Random, name: str, _: Collations) -> Case:
    def document(depth: int) -> object:
        leaves = [None, True, rng.randint(-(10**18), 10**18), "text '\" \\ 😀", 1.5, ""]
        if depth == 0 or rng.random() < 0.3:
            return rng.choice(leaves)
        inside = [document(depth - 1) for _ in range(rng.randint(0, 3))]
        return inside if rng.random() < 0.5 else {f"k{n}": value for n, value in enumerate(inside)}

    values = texts(*(json.dumps(document(4), ensure_ascii=False) for _ in range(ROWS)))
    return Case(name=name, type="JSON", values=values, to_text=utf8_hex, sql=AS_UTF8)


Maker = Callable[[random.Random, str, Collations], Case]
MAKERS: tuple[Maker, ...] = (
    *(_integer, _decimal, _text, _text, _binary, _double, _float, _datetime, _date, _time, _bit, _enum, _json),
)
