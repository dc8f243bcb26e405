"""Find the IANA name of a server's time zone: servers often state only an abbreviation or an offset."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mysql_redshift.core.clock import ServerZone

# One zone per offset and rule of daylight saving time; its name is only proposed, the user decides.
KNOWN = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul", "Africa/Lagos", "Africa/Johannesburg",
    "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Jakarta",
    "Asia/Shanghai", "Asia/Tokyo", "Australia/Brisbane", "Australia/Darwin", "Australia/Adelaide", "Australia/Sydney",
    "Pacific/Auckland", "America/St_Johns", "America/Halifax", "America/Sao_Paulo", "America/New_York",
    "America/Bogota", "America/Chicago", "America/Mexico_City", "America/Denver", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu",
)  # fmt: skip


def zone_name(zone: ServerZone, year: int) -> str | None:
    """Return the name of ``zone``, or of a zone with its offsets in January and July; None if none is known."""
    if "/" in zone.name and _offsets(zone.name, year) is not None:
        return zone.name
    offsets = (zone.january, zone.july)
    known = next((name for name in KNOWN if _offsets(name, year) == offsets), None)
    states_offset = zone.name.startswith(("+", "-"))
    if zone.january == zone.july and zone.january % 3600 == 0 and (states_offset or known is None):
        return f"Etc/GMT{-zone.january // 3600:+d}"  # POSIX signs: Etc/GMT-9 is nine hours east
    return known


def offset_text(seconds: int) -> str:
    """Return an offset as UTC+01:00."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"UTC{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}"


def _offsets(name: str, year: int) -> tuple[int, int] | None:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    january, july = (datetime(year, month, 15, tzinfo=zone).utcoffset() for month in (1, 7))
    return (_seconds(january), _seconds(july))


def _seconds(offset: timedelta | None) -> int:
    return offset // timedelta(seconds=1) if offset is not None else 0
