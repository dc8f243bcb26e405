"""Which part of the cursor's axis was read at some time: ranges that are carried from log entry to log entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mysql_redshift.core.position import Position

MOST_RANGES = 20  # per log entry, so that its size does not grow with its history


@dataclass(frozen=True, kw_only=True)
class CursorRange:
    """Rows with ``lower <= cursor < upper``; ``lower`` None means from the oldest row on.

    A limit with a key lies behind that key: ``lower`` leaves out the rows at its value up to and including the key, and
    ``upper`` includes them. Keys cannot be compared here; where their order matters, the smaller range is assumed.
    """

    lower: Position | None
    upper: Position

    @property
    def empty(self) -> bool:
        """Whether the range cannot contain a row."""
        if self.lower is None or self.lower.value < self.upper.value:
            return False
        return self.lower.value > self.upper.value or self.upper.key is None or self.lower == self.upper

    def __str__(self) -> str:
        return f"[{self.lower if self.lower is not None else 'oldest'}, {self.upper})"


Ranges = tuple[CursorRange, ...]


def add(ranges: Ranges, new: CursorRange) -> Ranges:
    """Return the ranges, sorted and joined where they meet, with ``new``; above ``MOST_RANGES`` the lowest are dropped.

    To drop a range is safe: the checks then state that its rows are not checked.
    """
    found: list[CursorRange] = []
    for item in sorted((item for item in (*ranges, new) if not item.empty), key=_start):
        if found and _meets(found[-1], item):
            found[-1] = replace(found[-1], upper=_upper(found[-1], item))
        else:
            found.append(item)
    return tuple(found[-MOST_RANGES:])


def below(ranges: Sequence[CursorRange], limit: Position | None) -> Ranges:
    """Return the part of the ranges below ``limit``; nothing without a limit."""
    if limit is None:
        return ()
    started = (item for item in ranges if item.lower is None or item.lower.order() < limit.order())
    cut = (replace(item, upper=_lower_of(item.upper, limit)) for item in started)
    return tuple(item for item in cut if not item.empty)


def gaps(ranges: Sequence[CursorRange], limit: Position | None) -> Ranges:
    """Return the ranges below ``limit`` that are not in ``ranges``: no run read them."""
    if limit is None:
        return ()
    found, start = [], None
    for item in below(ranges, limit):
        if item.lower is not None:
            found.append(CursorRange(lower=start, upper=item.lower))
        start = item.upper
    found.append(CursorRange(lower=start, upper=limit))
    return tuple(gap for gap in found if not gap.empty)


def covers(ranges: Sequence[CursorRange], lower: Position | None, upper: Position) -> bool:
    """Whether every row from ``lower`` (None: the oldest row) up to ``upper`` was read."""
    if lower is None:
        return not gaps(ranges, upper)
    return all(gap.upper == lower or gap.upper.order() < lower.order() for gap in gaps(ranges, upper))


def without_keys(ranges: Sequence[CursorRange]) -> Ranges:
    """Return the ranges with limits that do not depend on the table's key, which changed."""
    found: Ranges = ()
    for item in ranges:
        lower = item.lower
        if lower is not None and lower.key is not None:
            lower = replace(lower, value=lower.value + 1, key=None)
        found = add(found, CursorRange(lower=lower, upper=replace(item.upper, key=None)))
    return found


def _start(item: CursorRange) -> tuple[bool, tuple[int, bool]]:
    return item.lower is not None, (0, False) if item.lower is None else item.lower.order()


def _meets(first: CursorRange, second: CursorRange) -> bool:
    """Whether no row can lie between two ranges, of which ``first`` starts at or below ``second``."""
    lower = second.lower
    return lower is None or lower == first.upper or lower.order() < first.upper.order()


def _upper(first: CursorRange, second: CursorRange) -> Position:
    if second.lower == first.upper:
        return second.upper
    if first.upper.order() == second.upper.order():
        return _lower_of(first.upper, second.upper)
    return max(first.upper, second.upper, key=Position.order)


def _lower_of(one: Position, other: Position) -> Position:
    """Return the lower position: that value without a key, if the keys of two positions differ."""
    if one.order() != other.order() or one == other:
        return min(one, other, key=Position.order)
    return replace(one, key=None)
