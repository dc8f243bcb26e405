"""Positions: a point of the cursor below which a stage has processed every row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mysql_redshift.errors import ConfigurationError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PositionKind(StrEnum):
    """The unit of a position's number."""

    TIME = "time"  # microseconds since 1970 in UTC
    ID = "id"  # the first integer that is not processed


@dataclass(frozen=True, kw_only=True)
class Position:
    """Every row with ``cursor < value`` is processed; with ``key``, also the rows at ``value`` up to and including it.

    ``key`` is set only after a run with a row limit, which may stop between rows with equal cursor values. It holds the
    key columns' values as text.
    """

    kind: PositionKind
    value: int
    key: tuple[str, ...] | None = None

    def order(self) -> tuple[int, bool]:
        """Return a sort key for positions of one kind: a position with a key is above the same value without one."""
        return (self.value, self.key is not None)

    def __str__(self) -> str:
        text = format_time(self.value) if self.kind is PositionKind.TIME else str(self.value)
        return f"{text} after key ({', '.join(self.key)})" if self.key else text


def format_time(micros: int) -> str:
    """Return microseconds since 1970 as ISO 8601 in UTC with six fractional digits and a Z."""
    return (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> int:
    """Parse ISO 8601 text to microseconds since 1970; text without an offset is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as exc:
        raise ConfigurationError(
            "Invalid timestamp", expected="ISO 8601, for example 2026-10-31T12:00:00Z", found=repr(text)
        ) from exc
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return to_micros(moment)


def to_micros(moment: datetime) -> int:
    """Return an aware datetime as microseconds since 1970, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def parse_position(kind: PositionKind, text: str | int) -> Position:
    """Parse user input: a timestamp for time cursors; for id cursors, the first integer that is not processed."""
    if kind is PositionKind.TIME:
        if isinstance(text, int):
            raise ConfigurationError("The cursor is a time, not a number", expected="ISO 8601 text", found=text)
        return Position(kind=kind, value=parse_time(text))
    try:
        return Position(kind=kind, value=int(text))
    except ValueError as exc:
        raise ConfigurationError("The cursor is an integer", expected="an integer", found=repr(text)) from exc
