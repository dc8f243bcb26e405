"""The cursor column: how its values convert to positions and SQL literals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mysql_redshift.core import quoting
from mysql_redshift.core.position import EPOCH, PositionKind, to_micros

ORIGIN = EPOCH.replace(tzinfo=None)


class CursorKind(StrEnum):
    """How the cursor column stores its values."""

    TIMESTAMP = "timestamp"
    DATETIME = "datetime"  # wall clock in a declared zone
    DATE = "date"  # calendar day in a declared zone
    INTEGER = "integer"  # an id
    UNIX = "unix"  # an integer that counts seconds, milliseconds or microseconds since 1970


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A cursor column, its kind and its resolution in microseconds (1 for ids)."""

    column: str
    kind: CursorKind
    zone: str = "UTC"
    resolution: int = 1

    @property
    def position_kind(self) -> PositionKind:
        """The unit of this cursor's positions."""
        return PositionKind.ID if self.kind is CursorKind.INTEGER else PositionKind.TIME

    @property
    def meaning(self) -> tuple[str, CursorKind, str, int]:
        """What a position of this cursor means; it is no position of a cursor with another meaning.

        MySQL ignores the case of column names. The resolution is the unit of a UNIX cursor; of others it is only the
        precision.
        """
        unit = self.resolution if self.kind is CursorKind.UNIX else 1
        return self.column.lower(), self.kind, self.zone, unit

    def __str__(self) -> str:
        unit = f", unit {self.resolution} µs" if self.kind is CursorKind.UNIX else ""
        zone = f", zone {self.zone}" if self.kind in (CursorKind.DATETIME, CursorKind.DATE) else ""
        return f"{self.column} ({self.kind.value}{zone}{unit})"

    def floor(self, value: int) -> int:
        """Return the largest value at or below ``value`` that the cursor can hold, outside any repeated hour."""
        if self.kind in (CursorKind.DATETIME, CursorKind.DATE):
            return self._floor_wall_clock(value)
        return value - value % self.resolution

    def literal(self, value: int) -> str:
        """Return ``value`` as a SQL literal to compare with the column in a session whose time zone is UTC."""
        if self.kind is CursorKind.INTEGER:
            return quoting.integer(value)
        if self.kind is CursorKind.UNIX:
            return quoting.integer(-(-value // self.resolution))
        wall = (
            self._wall_clock(value) if self.kind is not CursorKind.TIMESTAMP else EPOCH + timedelta(microseconds=value)
        )
        text = str(wall.date()) if self.kind is CursorKind.DATE else self._clock_text(wall)
        return quoting.mysql_string(text)

    def parse(self, text: str) -> int:
        """Convert a column value, cast to text by the server, to a position's number; the inverse of ``literal``."""
        if self.kind is CursorKind.INTEGER:
            return int(text)
        if self.kind is CursorKind.UNIX:
            return int(text) * self.resolution
        zone = UTC if self.kind is CursorKind.TIMESTAMP else ZoneInfo(self.zone)
        return to_micros(datetime.fromisoformat(text).replace(tzinfo=zone))

    def local_text(self, value: int) -> str:
        """Return a time with its wall clock, in brackets, for messages; nothing if the column holds UTC or no time."""
        if self.kind not in (CursorKind.DATETIME, CursorKind.DATE) or self.zone == "UTC":
            return ""
        local = (EPOCH + timedelta(microseconds=value)).astimezone(ZoneInfo(self.zone))
        return f" ({local.isoformat(timespec='seconds')} in {self.zone})"

    @staticmethod
    def _clock_text(wall: datetime) -> str:
        return wall.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")

    def _wall_clock(self, value: int) -> datetime:
        return (EPOCH + timedelta(microseconds=value)).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def _floor_wall_clock(self, value: int) -> int:
        """Floor to the resolution, then move below a repeated hour, in which a wall-clock time is ambiguous."""
        zone = ZoneInfo(self.zone)
        wall = self._wall_clock(value)
        step = timedelta(microseconds=self.resolution)
        wall = ORIGIN + ((wall - ORIGIN) // step) * step
        first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
        if first.utcoffset() == second.utcoffset() or first.astimezone(UTC) >= second.astimezone(UTC):
            return min(to_micros(first), value)
        return self._start_of_repeated_hour(wall, zone)

    def _start_of_repeated_hour(self, wall: datetime, zone: ZoneInfo) -> int:
        """Step back in whole minutes: for a century, every time zone transition has been at a whole minute."""
        wall = wall.replace(second=0, microsecond=0)
        while wall.replace(tzinfo=zone, fold=0).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset():
            wall -= timedelta(minutes=1)
        return to_micros(wall.replace(tzinfo=zone)) // self.resolution * self.resolution
