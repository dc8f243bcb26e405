"""Which window a run reads and where the position then stands: the run configuration meets log head and safe point."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.position import Position, parse_position
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.window import Window
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``window`` None: nothing is to be read. ``gap_end``: below it rows were left out on purpose."""

    window: Window | None
    position_to: Position | None
    kind: EntryKind
    gap_end: Position | None = None
    notes: tuple[str, ...] = ()


def decide(
    request: RunRequest,
    cursor: Cursor,
    *,
    position: Position | None,
    gap_end: Position | None,
    safe: Position | None,
    lookback: int = 0,
) -> Decision:
    """Decide the window of a run that is no full refresh.

    ``lookback`` is in the position's unit. A run never moves a position back, and never past ``safe``.

    Raises:
        ConfigurationError: ``since`` leaves a gap that is not allowed, or there is nothing below it to repair.

    """
    since = _bound(cursor, request.since)
    upper, notes = _upper(cursor, request, safe)
    if not request.move_watermark:
        return _repair(since, upper, position, gap_end, notes)
    if upper is None:
        return Decision(window=None, position_to=position, kind=EntryKind.EMPTY, gap_end=gap_end, notes=notes)
    gap = since is not None and (position is None or since.order() > position.order())
    if gap:
        _allow(request, since, position)
        gap_end = since
    lower = since if since is not None else _look_back(cursor, position, lookback)
    to = upper if position is None or upper.order() > position.order() else position
    return _decision(lower, upper, to, gap_end, position, notes)


def _decision(
    lower: Position | None,
    upper: Position,
    to: Position,
    gap_end: Position | None,
    position: Position | None,
    notes: tuple[str, ...],
) -> Decision:
    window = Window(kind=upper.kind, lower=lower, upper=upper.value)
    if window.empty:
        return Decision(window=None, position_to=position, kind=EntryKind.EMPTY, gap_end=gap_end, notes=notes)
    repairs = position is not None and to == position and lower is not None and lower.order() < position.order()
    kind = EntryKind.REPAIR if repairs else EntryKind.EXTRACT
    return Decision(window=window, position_to=to, kind=kind, gap_end=gap_end, notes=notes)


def _upper(cursor: Cursor, request: RunRequest, safe: Position | None) -> tuple[Position | None, tuple[str, ...]]:
    until = _bound(cursor, request.until)
    if until is None or safe is None:
        return safe, ()
    if until.value > safe.value:
        return safe, (f"until {until} lies above the safe point; read up to {safe}",)
    return until, ()


def _repair(
    since: Position | None,
    upper: Position | None,
    position: Position | None,
    gap_end: Position | None,
    notes: tuple[str, ...],
) -> Decision:
    """Read again what lies below the position, which stays where it is."""
    if position is None or since is None or since.value >= position.value:
        raise ConfigurationError(
            "move_watermark: false repairs what was read before, and nothing was read there",
            expected=f"since below the watermark ({position or 'none yet'})",
            found=str(since),
            remedy="Leave move_watermark at true to read new rows.",
        )
    top = min(upper.value, position.value) if upper is not None else position.value
    window = Window(kind=since.kind, lower=since, upper=top)
    if window.empty:
        raise ConfigurationError("until lies at or below since", expected=f"above {since}", found=str(upper))
    return Decision(window=window, position_to=position, kind=EntryKind.REPAIR, gap_end=gap_end, notes=notes)


def _bound(cursor: Cursor, text: str | None) -> Position | None:
    """Read since or until; floored, because a wall clock inside a repeated hour means two moments."""
    if text is None:
        return None
    found = parse_position(cursor.position_kind, text)
    return Position(kind=found.kind, value=cursor.floor(found.value))


def _look_back(cursor: Cursor, position: Position | None, lookback: int) -> Position | None:
    if position is None or not lookback:
        return position
    return Position(kind=position.kind, value=cursor.floor(position.value - lookback))


def _allow(request: RunRequest, since: Position | None, position: Position | None) -> None:
    if not request.allow_gap:
        raise ConfigurationError(
            "since lies above the watermark: the rows between would never be read",
            expected=f"at or below {position or 'the oldest row'}",
            found=str(since),
            remedy="Leave since out to go on from the watermark, or say allow_gap: true to leave these rows out.",
        )
