"""Rows whose cursor lies beyond the source's clock: no window contains them before the clock reaches them."""

from __future__ import annotations

from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.safe_point import SECOND

MARGIN = 60 * SECOND  # the clocks of applications differ from the server's
COUNTED = 100_000  # bounds the cost of a count; one row more is counted to see that there are more


def beyond_limit(cursor: Cursor, clock: int) -> int:
    """Return clock plus margin; in a repeated hour, a later time, because the wall clock may have shown one already.

    Rows above it lie beyond the clock. All times are in microseconds since 1970, UTC.
    """
    limit = clock + MARGIN
    return limit + limit - cursor.floor(limit) if cursor.kind is CursorKind.DATETIME else limit


def is_counted(cursor: Cursor, *, full: bool) -> bool:
    """Return whether rows can lie beyond the clock: ids have no clock, and a full read reads all rows."""
    return cursor.kind is not CursorKind.INTEGER and not full


def beyond_note(rows: int) -> str:
    """Return a sentence about ``rows`` beyond the clock; empty if there are none."""
    if not rows:
        return ""
    have = "1 row has" if rows == 1 else f"{bounded_text(rows)} rows have"
    return f"{have} a cursor beyond the source's clock; they are not read until the clock reaches them"


def bounded_text(rows: int) -> str:
    """Return the text of a count that stops one above ``COUNTED``."""
    return f"more than {COUNTED:,}" if rows == COUNTED + 1 else f"{rows:,}"
