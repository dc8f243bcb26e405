"""How far a stage has come: a point of the cursor, below which every row is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mysql_redshift.errors import ConfigurationError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PositionKind(StrEnum):
    """What the number in a position counts."""

    TIME = "time"  # microseconds since 1970 in UTC
    ID = "id"  # the first integer that is not done


@dataclass(frozen=True, kw_only=True)
class Position:
    """Every row with ``cursor < value`` is done; with ``key``, also those at ``value`` up to and including the key.

    ``key`` is set only after a run with a row limit, which may stop between rows that tie on the cursor. Its parts are
    the key columns' values as text.
    """

    kind: PositionKind
    value: int
    key: tuple[str, ...] | None = None

    def order(self) -> tuple[int, bool]:
        """Compare two positions of one kind: a key lies above the same value without one."""
        return (self.value, self.key is not None)

    def __str__(self) -> str:
        text = format_time(self.value) if self.kind is PositionKind.TIME else str(self.value)
        return f"{text} after key ({', '.join(self.key)})" if self.key else text


def format_time(micros: int) -> str:
    """Microseconds since 1970 as ISO 8601 in UTC with six digits and a Z."""
    return (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> int:
    """ISO 8601 text as microseconds since 1970; without an offset it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as exc:
        raise ConfigurationError(
            "This is not a point in time", expected="ISO 8601, as 2026-10-31T12:00:00Z", found=repr(text)
        ) from exc
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return to_micros(moment)


def to_micros(moment: datetime) -> int:
    """Return an aware datetime as microseconds since 1970, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def parse_position(kind: PositionKind, text: str | int) -> Position:
    """Read a position that a person wrote: a time for time cursors, an integer for ids (the first that is not done)."""
    if kind is PositionKind.TIME:
        if isinstance(text, int):
            raise ConfigurationError("This cursor is a time, not a number", expected="ISO 8601 text", found=text)
        return Position(kind=kind, value=parse_time(text))
    try:
        return Position(kind=kind, value=int(text))
    except ValueError as exc:
        raise ConfigurationError("This cursor is an integer", expected="digits", found=repr(text)) from exc
