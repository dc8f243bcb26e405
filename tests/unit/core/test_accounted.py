"""Ranges of the cursor are sorted, disjoint and few, and never claim a row that no run read."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mysql_redshift.core.accounted import MOST_RANGES, CursorRange, Ranges, add, below, covers, gaps, without_keys
from mysql_redshift.core.position import Position
from tests.fakes.specs import at

POINTS = [(value, key) for value in range(8) for key in "abc"]  # rows: cursor value and key
KEYED = st.builds(
    lambda value, key: at(value, (key,) if key else None), st.integers(0, 7), st.sampled_from(["", *"abc"])
)
PLAIN = st.builds(at, st.integers(0, 7))
RANGES = st.lists(st.builds(CursorRange, lower=st.none() | KEYED, upper=KEYED), max_size=6)
PLAIN_RANGES = st.lists(st.builds(CursorRange, lower=st.none() | PLAIN, upper=PLAIN), max_size=6)


def union(items: list[CursorRange]) -> Ranges:
    ranges: Ranges = ()
    for item in items:
        ranges = add(ranges, item)
    return ranges


def rows_below(limit: Position) -> set[tuple[int, str]]:
    """Return the rows that are done at a position."""
    return {(v, k) for v, k in POINTS if v < limit.value or (limit.key and v == limit.value and (k,) <= limit.key)}


def rows_in(ranges: Ranges | list[CursorRange]) -> set[tuple[int, str]]:
    found = set()
    for item in ranges:
        found |= rows_below(item.upper) - (rows_below(item.lower) if item.lower is not None else set())
    return found


@given(items=RANGES)
def test_a_union_never_contains_a_row_that_no_range_has(items: list[CursorRange]) -> None:
    """A row that was not read must not be expected in the target."""
    assert rows_in(union(items)) <= rows_in(items)


@given(items=PLAIN_RANGES)
def test_a_union_is_exact_disjoint_and_sorted(items: list[CursorRange]) -> None:
    """Without keys nothing is left out, so every row that was read is checked."""
    ranges = union(items)
    assert rows_in(ranges) == rows_in(items)
    for one, other in pairwise(ranges):
        assert other.lower is not None
        assert one.upper.value < other.lower.value


@given(items=RANGES, limit=KEYED)
def test_gaps_are_the_rest_below_a_limit(items: list[CursorRange], limit: Position) -> None:
    """Every row below the position is checked or named, and no gap has a row that was read."""
    ranges = union(items)
    kept = rows_in(below(ranges, limit))
    assert kept <= rows_in(ranges) & rows_below(limit)
    assert kept | rows_in(gaps(ranges, limit)) == rows_below(limit)


@given(items=PLAIN_RANGES, limit=PLAIN)
def test_without_keys_gaps_overlap_nothing_that_was_read(items: list[CursorRange], limit: Position) -> None:
    """The note on rows that are not checked counts no other rows."""
    ranges = union(items)
    assert not rows_in(gaps(ranges, limit)) & rows_in(ranges)


@given(items=RANGES, lower=st.none() | KEYED, upper=KEYED)
def test_covered_rows_were_all_read(items: list[CursorRange], lower: Position | None, upper: Position) -> None:
    """A position may be set to ``upper`` without a gap."""
    if covers(union(items), lower, upper):
        assert rows_in([CursorRange(lower=lower, upper=upper)]) <= rows_in(items)


@given(items=RANGES)
def test_ranges_without_keys_contain_no_more(items: list[CursorRange]) -> None:
    """A changed key makes the limits coarser, to the safe side."""
    found = without_keys(union(items))
    assert all(limit is None or limit.key is None for item in found for limit in (item.lower, item.upper))
    assert rows_in(found) <= rows_in(items)


def test_windows_that_follow_each_other_are_one_range() -> None:
    """Runs with a row limit stop behind a key and continue there."""
    ranges = union(
        [
            CursorRange(lower=None, upper=at(3, ("b",))),
            CursorRange(lower=at(3, ("b",)), upper=at(3, ("c",))),
            CursorRange(lower=at(3, ("c",)), upper=at(9)),
        ]
    )
    assert ranges == (CursorRange(lower=None, upper=at(9)),)
    assert str(ranges[0]).startswith("[oldest, 1970-01-01T00:00:00.000009Z")


def test_the_number_of_ranges_is_limited() -> None:
    """The lowest is dropped: its rows are named as not checked."""
    ranges = union([CursorRange(lower=at(2 * number), upper=at(2 * number + 1)) for number in range(MOST_RANGES + 1)])
    assert len(ranges) == MOST_RANGES
    assert ranges[0].lower == at(2)
    assert gaps(ranges, at(1)) == (CursorRange(lower=None, upper=at(1)),)


def test_nothing_lies_below_no_position() -> None:
    """After a reset without a new run nothing was left out."""
    ranges = (CursorRange(lower=None, upper=at(9)),)
    assert (gaps(ranges, None), below(ranges, None)) == ((), ())
