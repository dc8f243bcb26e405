"""Chunks cover their window without gaps or overlaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mysql_redshift.core.chunk import Chunk, by_cursor, by_keys
from mysql_redshift.core.position import PositionKind
from mysql_redshift.core.window import Window
from tests.fakes.specs import at

VALUES = st.integers(-50, 50)


def holds(chunk: Chunk, value: int) -> bool:
    if chunk.keys is not None:
        low, high = chunk.keys.lower, chunk.keys.upper
        return (low is None or value >= low) and (high is None or value < high)
    assert chunk.window is not None
    lower = chunk.window.lower
    return (lower is None or value >= lower.value) and value < chunk.window.upper


@given(st.lists(VALUES), VALUES)
def test_every_key_is_in_exactly_one_key_chunk(boundaries: list[int], key: int) -> None:
    """Lesson L13: the first and last chunk are unbounded, so no key is outside every chunk."""
    assert sum(holds(chunk, key) for chunk in by_keys(None, "id", boundaries)) == 1


@given(st.lists(VALUES), st.none() | VALUES, st.integers(1, 60), VALUES)
def test_every_value_of_a_window_is_in_exactly_one_cursor_chunk(
    boundaries: list[int], lower: int | None, length: int, value: int
) -> None:
    """Boundaries outside the window are ignored."""
    lowest = -50 if lower is None else lower
    window = Window(
        kind=PositionKind.ID, lower=None if lower is None else at(lower, kind=PositionKind.ID), upper=lowest + length
    )
    inside = holds(Chunk(index=0, window=window), value)
    assert sum(holds(chunk, value) for chunk in by_cursor(window, boundaries)) == int(inside)


def test_the_first_cursor_chunk_keeps_the_key_of_the_lower_bound() -> None:
    """Rows at the lower bound up to that key were read by the previous run."""
    lower = at(5, ("9",), PositionKind.ID)
    chunks = by_cursor(Window(kind=PositionKind.ID, lower=lower, upper=9), [5, 7])
    assert [chunk.window.lower for chunk in chunks if chunk.window] == [lower, at(7, kind=PositionKind.ID)]
