"""The width of every character set, measured on the servers."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.types.charset import BYTES_PER_CHARACTER
from tests.stack.mysql.conftest import execute

pytestmark = [pytest.mark.stack, pytest.mark.types]

PLANE = 0x10000
PLANES = (0, 2)  # what lies above the first needs four bytes anyway
# Each character of a plane that the set can hold, there and back; what comes back is what a reader would be sent.
WIDEST = """
SELECT MAX(LENGTH(back)) FROM (
    SELECT CONVERT(CONVERT(c USING {charset}) USING utf8mb4) AS back, c FROM (
        SELECT CONVERT(CAST(UNHEX(LPAD(HEX(n + {base}), 8, '0')) AS CHAR CHARACTER SET utf32) USING utf8mb4) AS c
        FROM numbers WHERE n + {base} NOT BETWEEN 55296 AND 57343) AS characters) AS converted
WHERE back = c COLLATE utf8mb4_bin"""


def test_each_width_is_that_of_the_sets_widest_character(admin: Any) -> None:
    """Never too narrow, and not wider than it must be: every character of every set the server has is tried."""
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
