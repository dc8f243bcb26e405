"""Character sets: the maximum width of a character, measured on the servers, and invalid bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymysql
import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core.types.charset import BYTES_PER_CHARACTER, UNASSIGNED
from mysql_redshift.errors import SourceError
from tests.stack.mysql.conftest import execute
from tests.types.round_trip import round_trip

pytestmark = [pytest.mark.stack, pytest.mark.types]

SINGLE_BYTES = ("81", "98", "a1", "a4", "ff")
CODES = {
    "big5": ("a1fe",), "cp932": ("8240",), "eucjpms": ("a2fc",), "euckr": ("a2fc",), "gb2312": ("a2a1",),
    "gbk": ("a140",), "sjis": ("8240", "fcfc"), "ujis": ("a2fc",), "swe7": ("7f",), "tis620": ("a0", "db"),
    "ucs2": ("d83d",), "utf16": ("d83d",), "utf16le": ("3dd8",), "utf32": ("0000d83d",), "cp1256": ("8a",),
}  # fmt: skip
PLANE = 0x10000
PLANES = (0, 2)  # a character outside plane 0 needs four bytes anyway
# Converts each character of a plane to the set and back; the result is what the server would send to a reader.
WIDEST = """
SELECT MAX(LENGTH(back)) FROM (
    SELECT CONVERT(CONVERT(c USING {charset}) USING utf8mb4) AS back, c FROM (
        SELECT CONVERT(CAST(UNHEX(LPAD(HEX(n + {base}), 8, '0')) AS CHAR CHARACTER SET utf32) USING utf8mb4) AS c
        FROM numbers WHERE n + {base} NOT BETWEEN 55296 AND 57343) AS characters) AS converted
WHERE back = c COLLATE utf8mb4_bin"""


def test_each_width_is_that_of_the_widest_character_of_the_set(admin: Any) -> None:
    """The width is neither too small nor too large: every character of every set of the server is tested."""
    execute(admin, "CREATE TABLE digits (n INT PRIMARY KEY)")
    execute(admin, f"INSERT INTO digits VALUES {', '.join(f'({n})' for n in range(256))}")
    execute(admin, "CREATE TABLE numbers AS SELECT a.n * 256 + b.n AS n FROM digits a, digits b")
    charsets = [row[0] for row in execute(admin, "SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS")]
    measured = {
        charset: max(execute(admin, WIDEST.format(charset=charset, base=plane * PLANE))[0][0] or 0 for plane in PLANES)
        for charset in charsets
        if charset != "binary"
    }
    assert measured == {charset: BYTES_PER_CHARACTER[charset] for charset in measured}
    assert len(measured) >= 39


def test_bytes_without_a_character_are_refused_and_the_row_is_named(
    admin: Any, source: MySQLSource, database: str, tmp_path: Path
) -> None:
    """Unpaired surrogates and unassigned codes: if the server stores them, the chunk fails, and no byte is replaced."""
    charsets = [row[0] for row in execute(admin, "SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS")]
    execute(admin, "SET sql_mode = 'STRICT_ALL_TABLES'")
    stored = set()
    for charset in sorted({*charsets} - {"binary"}):
        for code in CODES.get(charset, SINGLE_BYTES):
            execute(admin, "DROP TABLE IF EXISTS t")
            execute(admin, f"CREATE TABLE t (id INT PRIMARY KEY, c VARCHAR(5) CHARACTER SET {charset})")
            try:
                execute(admin, f"INSERT INTO t VALUES (5, x'{code}')")
            except pymysql.MySQLError:
                continue
            ((sent,),) = execute(admin, "SELECT HEX(CONVERT(c USING utf8mb4)) FROM t")
            if sent not in ("3F", None) and "EFBFBD" not in sent and not sent.startswith("EDA0"):
                continue
            stored.add(charset)
            with pytest.raises(SourceError, match="bytes that are not valid UTF-8") as error:
                round_trip(source, database, tmp_path)
            assert "key id=5" in str(error.value)
    assert len(stored) >= 20


def test_question_marks_arrive_unchanged(admin: Any, source: MySQLSource, database: str, tmp_path: Path) -> None:
    """A stored "?" is not mistaken for a replacement character, in any set."""
    for charset in sorted(UNASSIGNED):
        execute(admin, "DROP TABLE IF EXISTS t")
        execute(
            admin,
            f"CREATE TABLE t (id INT PRIMARY KEY, c VARCHAR(9) CHARACTER SET {charset}, e ENUM('?', 'a?b') "
            f"CHARACTER SET {charset}, x TEXT CHARACTER SET {charset})",
        )
        execute(admin, "INSERT INTO t VALUES (1, '??', '?', 'a? ?'), (2, NULL, NULL, NULL), (3, '', 'a?b', '')")
        columns = round_trip(source, database, tmp_path).columns
        assert [columns[name] for name in "cex"] == [["??", None, ""], ["?", None, "a?b"], ["a? ?", None, ""]], charset
