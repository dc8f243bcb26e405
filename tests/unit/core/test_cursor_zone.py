"""When the time zone of a DATETIME must be stated, and how a server's zone is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.clock import ClockReading, ServerZone
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.cursor_zone import below_watermark, require_zone
from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.core.zone_names import zone_name
from mysql_redshift.errors import ConfigurationError
from tests.fakes.specs import spec

HOUR = 3_600_000_000
NOW = 1_795_608_000_000_000  # 2026-11-25 12:00 UTC
CURSOR = Cursor(column="updated_at", kind=CursorKind.DATETIME, zone="UTC", resolution=1)
SPEC = spec(cursor=CursorRef(column="updated_at"), lookback=0.0)


def server(name: str, offset: int, january: int, july: int) -> ClockReading:
    zone = ServerZone(name=name, system="CET", offset=offset, january=january, july=july)
    return ClockReading(now=NOW, writers=(), visible=True, server_uuid="u", zone=zone)


def test_a_server_in_utc_needs_no_stated_zone() -> None:
    """Applications and server agree unless somebody chose otherwise."""
    require_zone(SPEC, CURSOR, server("SYSTEM", 0, 0, 0), None, None)


@pytest.mark.parametrize(
    ("cursor", "declared"),
    [(CURSOR, "UTC"), (replace(CURSOR, zone="Asia/Tokyo"), "Asia/Tokyo")],
)
def test_a_stated_zone_is_never_questioned(cursor: Cursor, declared: str) -> None:
    """Whatever the server's own zone is."""
    stated = spec(cursor=CursorRef(column="updated_at", zone=declared))
    require_zone(stated, cursor, server("SYSTEM", 3600, 3600, 7200), None, None)


def test_london_in_winter_is_not_utc() -> None:
    """Its offset is zero now and an hour in July, so that rows would be an hour off from March on."""
    with pytest.raises(ConfigurationError, match="Europe/London"):
        require_zone(SPEC, CURSOR, server("SYSTEM", 0, 0, 3600), None, None)


def test_the_message_keeps_what_else_is_declared() -> None:
    """The advised line can be copied."""
    declared = spec(cursor=CursorRef(column="updated_at", nulls="load"))
    with pytest.raises(ConfigurationError) as caught:
        require_zone(declared, CURSOR, server("SYSTEM", 3600, 3600, 7200), NOW + HOUR, None)
    assert "cursor: {column: updated_at, zone: Europe/Berlin, nulls: load}" in str(caught.value)
    assert "close to its local time" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "january", "july", "found"),
    [
        ("Europe/Vienna", 3600, 7200, "Europe/Vienna"),
        ("SYSTEM", 3600, 7200, "Europe/Berlin"),
        ("+09:00", 32400, 32400, "Etc/GMT-9"),
        ("-05:00", -18000, -18000, "Etc/GMT+5"),
        ("+05:30", 19800, 19800, "Asia/Kolkata"),
        ("SYSTEM", -12600, -9000, "America/St_Johns"),
        ("SYSTEM", 1234, 1234, None),
    ],
)
def test_a_servers_zone_is_named_for_the_remedy(name: str, january: int, july: int, found: str | None) -> None:
    """By its own name, by an offset without daylight saving time, or by a zone with the same offsets."""
    zone = ServerZone(name=name, system="X", offset=january, january=january, july=july)
    assert zone_name(zone, 2026) == found


def behind(newest: int, *, declared: str | None = None, before: int = NOW - 24 * HOUR) -> str:
    told = spec(cursor=CursorRef(column="updated_at", zone=declared), lookback=0.0)
    position = Position(kind=PositionKind.TIME, value=NOW - 1)
    return below_watermark(told, CURSOR, clock=NOW, position=position, before=before, newest=newest)


@pytest.mark.parametrize("hours", [0.25, 1, 5, 5.75, 8])
def test_rows_behind_by_whole_quarters_of_an_hour_ask_for_the_zone(hours: float) -> None:
    """A writer west of UTC, on a server in UTC: every new row is below the watermark."""
    with pytest.raises(ConfigurationError, match="whole quarters of an hour"):
        behind(NOW - round(hours * HOUR) - 2_000_000)


@pytest.mark.parametrize(("newest", "declared"), [(NOW - 8 * 60_000_000, None), (NOW - 5 * HOUR, "UTC")])
def test_other_late_rows_are_a_note(newest: int, declared: str | None) -> None:
    """A clock that is behind, or a writer that is late: only the user knows."""
    assert "below the watermark" in behind(newest, declared=declared)


@pytest.mark.parametrize("newest", [NOW - 24 * HOUR, NOW, NOW + HOUR])
def test_nothing_is_said_without_a_new_row_below_the_watermark(newest: int) -> None:
    """The newest row of the last run, and rows that a window contains."""
    assert behind(newest) == ""
