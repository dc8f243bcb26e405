"""MySQL character sets: bytes per character in UTF-8, and exact conversion."""

from __future__ import annotations

from mysql_redshift.core.types.column import SourceColumn

VARCHAR_LIMIT = 65_535

# At most this many bytes of UTF-8 per character. Sets not listed count as 4, so a column is never too narrow.
# latin1 is cp1252, whose euro sign needs three bytes, as do the box-drawing characters of the DOS and KOI8 sets.
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
# Sets with codes that are assigned to no character. A server may store such a code but sends "?" or U+FFFD for it, so
# the text would silently change. Measured on MySQL and MariaDB.
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
    """Return the maximum bytes per character in UTF-8; 4 for an unknown set."""
    return BYTES_PER_CHARACTER.get((charset or "").lower(), UNKNOWN)


def select_text(charset: str | None) -> str:
    """Return the source expression of a text column; it yields invalid UTF-8 if the server would alter the text."""
    if (charset or "").lower() not in UNASSIGNED:
        return "{name}"
    sent, stored = (QUESTION_MARKS.replace("{text}", text) for text in (SENT, STORED))
    exact = f"{{name}} IS NULL OR ({sent}={stored} AND INSTR({SENT},0xEFBFBD)=0)"
    return f"IF({exact},{SENT},0xFF)"


def varchar_bytes(column: SourceColumn) -> int:
    """Return the width in bytes that holds every value of a character column, limited to VARCHAR's maximum."""
    width = (column.character_length or 0) * bytes_per_character(column.charset)
    return max(1, min(width, VARCHAR_LIMIT))
