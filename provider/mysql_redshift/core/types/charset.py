"""How many bytes of UTF-8 one character of a MySQL character set may need."""

from __future__ import annotations

from mysql_redshift.core.types.column import SourceColumn

VARCHAR_LIMIT = 65_535

# One character of the set in UTF-8, at most. What is not listed counts as 4, so a width is never too narrow.
# latin1 is cp1252, whose euro sign needs three bytes; the box-drawing characters of the DOS and KOI8 sets do, too.
BYTES_PER_CHARACTER = {
    "ascii": 1,
    "binary": 1,
    "swe7": 2,
    "dec8": 2,
    "latin2": 2,
    "latin5": 2,
    **dict.fromkeys(("latin1", "latin7", "hp8", "greek", "hebrew", "tis620", "armscii8", "geostd8"), 3),
    **dict.fromkeys(("cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "keybcs2"), 3),
    **dict.fromkeys(("koi8r", "koi8u", "macce", "macroman"), 3),
    **dict.fromkeys(("big5", "gb2312", "gbk", "sjis", "cp932", "ujis", "eucjpms", "euckr"), 3),
    **dict.fromkeys(("utf8", "utf8mb3", "ucs2"), 3),
    **dict.fromkeys(("utf8mb4", "utf16", "utf16le", "utf32", "gb18030"), 4),
}
UNKNOWN = 4
# Sets with codes that stand for no character, which a server may hold all the same. It sends "?" for one (or U+FFFD),
# so that a text would arrive as another one, unseen. Measured on both servers.
UNASSIGNED = frozenset(
    [
        "ascii",
        "big5",
        "cp1250",
        "cp1251",
        "cp1256",
        "cp1257",
        "cp932",
        "dec8",
        "eucjpms",
        "euckr",
        "gb2312",
        "gbk",
        "geostd8",
        "greek",
        "hebrew",
        "hp8",
        "sjis",
        "swe7",
        "tis620",
        "ujis",
    ]
)
SENT, STORED = "CAST(CONVERT({name} USING utf8mb4) AS BINARY)", "CAST({name} AS BINARY)"
QUESTION_MARKS = "LENGTH({text})-LENGTH(REPLACE({text},0x3F,''))"


def bytes_per_character(charset: str | None) -> int:
    """Return the most bytes one character may need; 4 for a set that is not known."""
    return BYTES_PER_CHARACTER.get((charset or "").lower(), UNKNOWN)


def select_text(charset: str | None) -> str:
    """Return the source expression of a text: bytes that are no UTF-8 where the server would send another text."""
    if (charset or "").lower() not in UNASSIGNED:
        return "{name}"
    sent, stored = (QUESTION_MARKS.replace("{text}", text) for text in (SENT, STORED))
    exact = f"{{name}} IS NULL OR ({sent}={stored} AND INSTR({SENT},0xEFBFBD)=0)"
    return f"IF({exact},{SENT},0xFF)"


def varchar_bytes(column: SourceColumn) -> int:
    """Return the width in bytes that holds every value of a character column, at most what a VARCHAR can be."""
    width = (column.character_length or 0) * bytes_per_character(column.charset)
    return max(1, min(width, VARCHAR_LIMIT))
