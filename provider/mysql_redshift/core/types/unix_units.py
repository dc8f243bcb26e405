"""The units of integers that count time since 1970, and which of them fits a value."""

from __future__ import annotations

from datetime import UTC, datetime

from mysql_redshift.core.position import to_micros

SECOND = 1_000_000
UNIX = {"unix-s": SECOND, "unix-ms": 1000, "unix-us": 1}
OLDEST = to_micros(datetime(1990, 1, 1, tzinfo=UTC))
YEAR = 366 * 86_400 * SECOND


def likely_unit(value: int, clock: int) -> str | None:
    """Return the unit in which ``value`` is a time between 1990 and a year after ``clock``; None if there is none.

    The units differ by a factor of 1,000, so no value fits two of them.
    """
    return next((kind for kind, micros in UNIX.items() if OLDEST <= value * micros <= clock + YEAR), None)
