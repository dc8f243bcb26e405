"""Chunks: slices of a window, each read in one snapshot. The chunks of a plan cover its window exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mysql_redshift.core.position import Position
from mysql_redshift.core.window import Window


@dataclass(frozen=True, kw_only=True)
class KeyRange:
    """``lower <= column < upper`` on an integer key column; None means unbounded."""

    column: str
    lower: int | None
    upper: int | None


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Rows inside ``window`` (None: all rows) and ``keys`` (None: all keys), or the rows whose cursor is NULL."""

    index: int
    window: Window | None = None
    keys: KeyRange | None = None
    nulls: bool = False

    def __str__(self) -> str:
        if self.nulls:
            return f"chunk {self.index} (cursor IS NULL)"
        parts = [str(self.window)] if self.window else []
        if self.keys:
            parts.append(f"{self.keys.column} in [{self.keys.lower}, {self.keys.upper})")
        return f"chunk {self.index} ({', '.join(parts) or 'all rows'})"


def by_keys(window: Window | None, column: str, boundaries: Sequence[int]) -> tuple[Chunk, ...]:
    """Split at key boundaries: n distinct boundaries make n + 1 chunks; the first and last are unbounded."""
    edges = [None, *sorted(set(boundaries)), None]
    ranges = [KeyRange(column=column, lower=low, upper=high) for low, high in pairwise(edges)]
    return tuple(Chunk(index=i, window=window, keys=keys) for i, keys in enumerate(ranges))


def by_cursor(window: Window, boundaries: Sequence[int]) -> tuple[Chunk, ...]:
    """Split at the cursor values strictly inside the window; the first chunk keeps the window's lower bound."""
    lowest = window.lower.value if window.lower is not None else None
    inner = [b for b in sorted(set(boundaries)) if b < window.upper and (lowest is None or b > lowest)]
    lowers = [window.lower, *(Position(kind=window.kind, value=b) for b in inner)]
    uppers = [*inner, window.upper]
    windows = [replace(window, lower=low, upper=high) for low, high in zip(lowers, uppers, strict=True)]
    return tuple(Chunk(index=i, window=part) for i, part in enumerate(windows))
