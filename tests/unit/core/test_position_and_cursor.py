"""Positions are exact, and a wall-clock position is never inside a repeated hour."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mysql_redshift.core import codec
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.position import Position, PositionKind, format_time, parse_position, parse_time, to_micros
from mysql_redshift.errors import ConfigurationError

EARLIEST, LATEST = datetime(1990, 1, 1), datetime(2037, 1, 1)  # noqa: DTZ001 - Hypothesis takes naive bounds
MOMENTS = st.datetimes(EARLIEST, LATEST).map(lambda moment: to_micros(moment.replace(tzinfo=UTC)))
BERLIN = Cursor(column="c", kind=CursorKind.DATETIME, zone="Europe/Berlin", resolution=1)


@given(MOMENTS)
def test_a_time_position_round_trips_through_text(value: int) -> None:
    """No microsecond is lost."""
    assert parse_time(format_time(value)) == value


def test_a_large_id_round_trips_through_json() -> None:
    """Lesson S08: 9007199254740993 must not become 9007199254740992 as a double."""
    position = Position(kind=PositionKind.ID, value=9_007_199_254_740_993, key=("9007199254740993",))
    assert codec.from_json(Position, codec.to_json(position), where="x") == position


@pytest.mark.parametrize(
    ("kind", "text"), [(PositionKind.TIME, 5), (PositionKind.TIME, "soon"), (PositionKind.ID, "5x")]
)
def test_a_position_of_the_wrong_kind_is_refused(kind: PositionKind, text: str | int) -> None:
    """Lesson L15: a Unix integer is never compared with a datetime string."""
    with pytest.raises(ConfigurationError):
        parse_position(kind, text)


@given(MOMENTS)
def test_a_floored_value_is_never_above_the_input_and_never_ambiguous(value: int) -> None:
    """A floored wall-clock time means exactly one instant, at most two hours below the input."""
    floored = BERLIN.floor(value)
    assert value - 2 * 3600 * 10**6 <= floored <= value
    wall = datetime.fromtimestamp(floored / 10**6, ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    zone = ZoneInfo("Europe/Berlin")
    assert wall.replace(tzinfo=zone, fold=0).utcoffset() == wall.replace(tzinfo=zone, fold=1).utcoffset()


@given(MOMENTS, MOMENTS)
def test_wall_clocks_and_a_floored_position_order_as_their_moments(one: int, other: int) -> None:
    """A row written before a floored position has a wall clock at or below its literal, so no row is skipped."""
    limit = BERLIN.floor(one)
    row_wall = BERLIN.literal(other)
    if other < limit:
        assert row_wall <= BERLIN.literal(limit)
    elif other >= limit + 3600 * 10**6:
        assert row_wall >= BERLIN.literal(limit)


def test_the_position_stays_below_a_repeated_hour_until_it_is_over() -> None:
    """On 2026-10-25, 02:30 in Berlin occurs twice; both occurrences must still be read."""
    first, second = parse_time("2026-10-25T00:30:00Z"), parse_time("2026-10-25T01:30:00Z")
    start = parse_time("2026-10-25T00:00:00Z")
    assert BERLIN.floor(first) < start
    assert BERLIN.floor(second) < start
    assert BERLIN.floor(parse_time("2026-10-25T02:00:00Z")) == parse_time("2026-10-25T02:00:00Z")


@pytest.mark.parametrize(
    ("kind", "resolution", "text", "literal"),
    [
        (CursorKind.INTEGER, 1, "7", "7"),
        (CursorKind.UNIX, 1_000_000, "1700000000", "1700000000"),
        (CursorKind.UNIX, 1_000, "1700000000123", "1700000000123"),
        (CursorKind.TIMESTAMP, 1, "2026-01-02 03:04:05.000006", "'2026-01-02 03:04:05.000006'"),
        (CursorKind.DATETIME, 1, "2026-07-02 03:04:05", "'2026-07-02 03:04:05.000000'"),
        (CursorKind.DATE, 86_400_000_000, "2026-01-02", "'2026-01-02'"),
    ],
)
def test_literal_is_the_inverse_of_parse(kind: CursorKind, resolution: int, text: str, literal: str) -> None:
    """A literal made from a value of the column compares equal to that value."""
    cursor = Cursor(column="c", kind=kind, zone="Europe/Berlin", resolution=resolution)
    assert cursor.literal(cursor.parse(text)) == literal


def test_the_upper_limit_of_a_unix_cursor_rounds_up() -> None:
    """With whole seconds, c < 1.5 is c < 2: rows of second 1 are older than 1.5 s."""
    cursor = Cursor(column="c", kind=CursorKind.UNIX, resolution=1_000_000)
    assert cursor.literal(1_500_000) == "2"
    assert cursor.floor(1_500_000) == 1_000_000
