"""A run's window follows from the run configuration, the log head and the safe point."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mysql_redshift.core.accounted import CursorRange
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.window_decision import Decision, decide
from mysql_redshift.errors import ConfigurationError
from tests.fakes.specs import at

IDS = Cursor(column="id", kind=CursorKind.INTEGER)


def ids(value: int, key: tuple[str, ...] | None = None) -> Position:
    return at(value, key, PositionKind.ID)


def choose(position: Position | None, safe: int | None, **request: Any) -> Decision:
    return decide(
        RunRequest(**request),
        IDS,
        position=position,
        accounted=() if position is None else (CursorRange(lower=None, upper=position),),
        safe=None if safe is None else ids(safe),
        lookback=0,
    )


def test_the_window_starts_at_the_position() -> None:
    """Windows are half-open: the lower limit is the previous upper limit."""
    decision = choose(ids(10), 20)
    assert decision.window is not None
    assert (decision.window.lower, decision.window.upper) == (ids(10), 20)
    assert decision.position_to == ids(20)


def test_without_new_rows_the_decision_is_empty() -> None:
    """Nothing is read and the position does not move."""
    assert choose(ids(20), 20) == Decision(window=None, position_to=ids(20), kind=EntryKind.EMPTY)
    assert choose(ids(20), None).window is None


def test_a_position_with_a_key_is_read_again_at_its_value() -> None:
    """Lesson L04: after a row limit, rows with the same cursor value may still be pending."""
    decision = choose(ids(10, ("3",)), 11)
    assert decision.window is not None
    assert decision.window.lower == ids(10, ("3",))


def test_since_above_the_position_leaves_a_gap_and_is_refused() -> None:
    """The rows between the position and since would never be read."""
    with pytest.raises(ConfigurationError, match="never be read"):
        choose(ids(10), 30, since="15")
    with pytest.raises(ConfigurationError, match="never be read"):
        choose(None, 30, since="15")


def test_an_allowed_gap_is_not_part_of_the_window() -> None:
    """The checks must not count rows that were skipped on purpose as read."""
    assert str(choose(ids(10), 30, since="15", allow_gap=True).window) == "[15, 30)"


def test_since_above_the_window_is_refused() -> None:
    """A typo in since must not pass as a run that found no rows."""
    with pytest.raises(ConfigurationError, match=r"(?s)above every row.*at most 30.*31"):
        choose(ids(10), 30, since="31", allow_gap=True)


def test_since_leaves_no_gap_above_a_position_that_was_set_back() -> None:
    """After set and reset, the rows above the position that were read before are not lost."""
    read = (CursorRange(lower=None, upper=ids(20)),)
    for position in (None, ids(10)):
        decision = decide(RunRequest(since="20"), IDS, position=position, accounted=read, safe=ids(30))
        assert str(decision.window) == "[20, 30)"
        with pytest.raises(ConfigurationError, match="never be read"):
            decide(RunRequest(since="21"), IDS, position=position, accounted=read, safe=ids(30))


def test_until_is_limited_to_the_safe_point() -> None:
    """Rows above it could still be preceded by a late commit."""
    decision = choose(ids(10), 30, until="99")
    assert decision.position_to == ids(30)
    assert "99" in decision.notes[0]


def test_a_repair_does_not_move_the_position() -> None:
    """move_watermark: false reads rows below the position again."""
    decision = choose(ids(10), 30, since="3", move_watermark=False)
    assert decision.kind is EntryKind.REPAIR
    assert decision.window is not None
    assert (decision.window.lower, decision.window.upper, decision.position_to) == (ids(3), 10, ids(10))


def test_a_repair_above_the_position_is_refused() -> None:
    """Rows above the position have not been read yet."""
    with pytest.raises(ConfigurationError, match="nothing was read"):
        choose(ids(10), 30, since="12", move_watermark=False)


SMALL = st.integers(0, 40)
MAYBE = st.none() | SMALL


@given(position=MAYBE, safe=MAYBE, since=MAYBE, until=MAYBE, move=st.booleans(), gap=st.booleans())
def test_no_run_moves_the_position_back_or_past_the_safe_point(
    position: int | None, safe: int | None, since: int | None, until: int | None, move: bool, gap: bool
) -> None:
    """Every row between the old position and the new one is inside the window, unless a gap was allowed."""
    before = None if position is None else ids(position)
    try:
        decision = choose(
            before,
            safe,
            since=None if since is None else str(since),
            until=None if until is None else str(until),
            move_watermark=move,
            allow_gap=gap,
        )
    except ConfigurationError:
        return
    after = decision.position_to
    if before is not None:
        assert after is not None
        assert after.value >= before.value
    if after is not None and after != before:
        assert safe is not None
        assert after.value <= safe
        assert decision.window is not None
        assert decision.window.upper == after.value
        lower = decision.window.lower
        start = -1 if before is None else before.value
        assert lower is None or lower.value <= start or gap
    if not move:
        assert after == before


@pytest.mark.parametrize("safe", [None, 30])
def test_a_repair_ends_at_until_also_while_no_id_is_safe(safe: int | None) -> None:
    """Every row below the position was safe when it was read."""
    decision = choose(ids(21), safe, since="3", until="6", move_watermark=False)
    assert decision.window is not None
    assert (decision.window.lower, decision.window.upper) == (ids(3), 6)
    assert decision.position_to == ids(21)
