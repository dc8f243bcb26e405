"""Cases of text of every character set and length, and of bytes."""

from __future__ import annotations

from tests.types.cases.case import AS_HEX, AS_UTF8, Case, hex_text, texts, utf8_hex

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
MEMBERS = ("", "a", "bé", "it's", "null", "😀", "b", "c d", "-", '"', "\\", "42", "0", "ß")
SUBSETS = ("", "a", "a,bé", "a,bé,c d,😀", "😀", "bé", "c d", "a,c d", "a,😀", "bé,c d", "bé,😀", "c d,😀", "a,bé,c d")
UUIDS = (
    "123e4567-e89b-12d3-a456-426655440000", "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000001",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "1ec9414c-232a-6b00-b3c8-9e6bdeced846",
    "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0", "5c146b14-3c52-3afd-938a-375d0df1fbf6",
    "80000000-0000-0000-0000-000000000000", "7fffffff-ffff-ffff-7fff-ffffffffffff",
)  # fmt: skip
IN_FOUR = (
    "0.0.0.0", "255.255.255.255", "192.168.0.1", "0.0.0.1", "1.0.0.0", "127.0.0.1", "127.255.255.255", "128.0.0.0",
    "10.20.30.40", "224.0.0.1", "39.92.34.96", "169.254.1.1",
)  # fmt: skip
IN_SIX = (
    "::", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.1", "2001:db8::ff00:42:8329", "fe80::1",
    "::192.0.2.1", "1::", "2001:db8:0:1:1:1:1:1", "1:0:0:2::", "ff02::fb", "0:1:2:3:4:5:6:7", "64:ff9b::192.0.2.33",
)  # fmt: skip
VECTORS = (
    "1,2,3", "0,-0.5,1e10", "0,0,0", "-0,0,-0", "3.4028235e38,-3.4028235e38,1", "1.17549435e-38,-1.17549435e-38,0",
    "0.1,0.2,0.3", "16777216,16777217,16777218", "-1,-2,-3", "1,0,0", "0,1,0", "3.14159274,2.71828175,1.41421356",
)  # fmt: skip
TEXT = (
    Case(
        name="varchar latin1",
        type="VARCHAR(50) CHARACTER SET latin1",
        values=texts(*LATIN),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="varchar utf8mb3",
        type="VARCHAR(50) CHARACTER SET utf8mb3",
        values=texts(*BMP),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="varchar utf8mb4",
        type="VARCHAR(50) CHARACTER SET utf8mb4",
        values=texts(*ALL),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(name="varchar ucs2", type="VARCHAR(50) CHARACTER SET ucs2", values=texts(*BMP), to_text=utf8_hex, sql=AS_UTF8),
    Case(
        name="varchar utf16", type="VARCHAR(50) CHARACTER SET utf16", values=texts(*ALL), to_text=utf8_hex, sql=AS_UTF8
    ),
    Case(
        name="varchar utf32", type="VARCHAR(50) CHARACTER SET utf32", values=texts(*ALL), to_text=utf8_hex, sql=AS_UTF8
    ),
    Case(
        name="varchar ascii",
        type="VARCHAR(50) CHARACTER SET ascii",
        values=texts(*ODD_TEXT),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="varchar bin collation",
        type="VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        values=texts(*ALL),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="varchar sjis",
        type="VARCHAR(50) CHARACTER SET sjis",
        values=texts("", " ", "漢字", "ｱｲｳ", "表示", "ソ", "'", "\\", "null", "a\nb", "０１２", "ヴ" * 50, "─"),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="varchar koi8r",
        type="VARCHAR(50) CHARACTER SET koi8r",
        values=texts("", " ", "Привет", "═" * 50, "ё", "Ё", "ъ", "°", "'", "\\", "null", "a\tb", "©"),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(name="char", type="CHAR(50)", values=texts(*ALL), to_text=utf8_hex, sql=AS_UTF8),
    Case(name="char(0)", type="CHAR(0)", values=("''",), to_text=utf8_hex, sql=AS_UTF8),
    Case(
        name="enum",
        type=f"ENUM({', '.join(texts(*MEMBERS))})",
        values=texts(*MEMBERS),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="set",
        type="SET('a', 'bé', 'c d', '😀')",
        values=texts(*SUBSETS),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="enum of two bytes",
        type=f"ENUM({', '.join(texts(*(f'm{number}' for number in range(300))))})",
        values=texts(*(f"m{number}" for number in (0, 1, 2, 9, 10, 127, 128, 254, 255, 256, 257, 299))),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(
        name="set of 64",
        type=f"SET({', '.join(texts(*(f'm{number}' for number in range(64))))})",
        values=texts("", *(",".join(f"m{n}" for n in range(0, 64, step)) for step in range(1, 12)), "m63"),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(name="tinytext", type="TINYTEXT", values=texts(*ALL), to_text=utf8_hex, sql=AS_UTF8),
    Case(
        name="tinytext latin1",
        type="TINYTEXT CHARACTER SET latin1",
        values=texts(*LATIN, "€" * 255),
        to_text=utf8_hex,
        sql=AS_UTF8,
    ),
    Case(name="text", type="TEXT", values=(*texts(*ALL), "REPEAT('x', 65535)"), to_text=utf8_hex, sql=AS_UTF8),
    Case(
        name="mediumtext", type="MEDIUMTEXT", values=(*texts(*ALL), "REPEAT('é', 32767)"), to_text=utf8_hex, sql=AS_UTF8
    ),
    Case(name="longtext", type="LONGTEXT", values=(*texts(*ALL), "REPEAT('é', 32767)"), to_text=utf8_hex, sql=AS_UTF8),
    Case(
        name="uuid",
        type="UUID",
        values=texts(*UUIDS),
        to_text=str,
        servers=("mariadb",),
    ),
    Case(
        name="inet4",
        type="INET4",
        values=texts(*IN_FOUR),
        to_text=str,
        servers=("mariadb",),
    ),
    Case(
        name="inet6",
        type="INET6",
        values=texts(*IN_SIX),
        to_text=str,
        servers=("mariadb",),
    ),
)
BINARY = (
    Case(name="binary", type="BINARY(8)", values=BYTES, to_text=hex_text, sql=AS_HEX),
    Case(
        name="varbinary", type="VARBINARY(300)", values=(*BYTES, "REPEAT(x'00ff', 150)"), to_text=hex_text, sql=AS_HEX
    ),
    Case(name="tinyblob", type="TINYBLOB", values=BYTES, to_text=hex_text, sql=AS_HEX),
    Case(name="blob", type="BLOB", values=(*BYTES, "REPEAT(x'00', 65535)"), to_text=hex_text, sql=AS_HEX),
    Case(name="mediumblob", type="MEDIUMBLOB", values=(*BYTES, "REPEAT(x'ff', 100000)"), to_text=hex_text, sql=AS_HEX),
    Case(name="longblob", type="LONGBLOB", values=(*BYTES, "REPEAT(x'fe', 3000000)"), to_text=hex_text, sql=AS_HEX),
    Case(
        name="vector",
        type="VECTOR(3)",
        values=tuple(f"TO_VECTOR('[{numbers}]')" for numbers in VECTORS),
        to_text=hex_text,
        sql=AS_HEX,
        servers=("mysql",),
    ),
)
