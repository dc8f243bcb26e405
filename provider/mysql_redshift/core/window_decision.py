"""Decide a run's window and its new position from the run configuration, the log head and the safe point."""

from __future__ import annotations

from dataclasses import dataclass

from mysql_redshift.core.accounted import Ranges, covers
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.position import Position, parse_position
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.window import Window
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``window`` None: there is nothing to read."""

    window: Window | None
    position_to: Position | None
    kind: EntryKind
    notes: tuple[str, ...] = ()


def decide(
    request: RunRequest,
    cursor: Cursor,
    *,
    position: Position | None,
    accounted: Ranges,
    safe: Position | None,
    lookback: int | None = 0,
) -> Decision:
    """Decide the window of a run that is not a full refresh.

    ``accounted`` are the rows that were read before. ``lookback`` is in the position's unit; None means from the oldest
    row. A run never moves the position back, and never past ``safe``.

    Raises:
        ConfigurationError: ``since`` leaves a gap without ``allow_gap`` or above the rows that can be read, or a repair
            has nothing to read again.

    """
    since = _limit(cursor, request.since)
    upper, notes = _upper(cursor, request, safe)
    if not request.move_watermark:
        return _repair(since, upper, position, notes)
    if upper is None:
        return Decision(window=None, position_to=position, kind=EntryKind.EMPTY, notes=notes)
    if since is not None and leaves_gap(accounted, position, since):
        _require_allow_gap(request, since, position, upper)
    lower = since if since is not None else _look_back(cursor, position, lookback)
    to = upper if position is None or upper.order() > position.order() else position
    return _decision(lower, upper, to, position, notes)


def _decision(
    lower: Position | None,
    upper: Position,
    to: Position,
    position: Position | None,
    notes: tuple[str, ...],
) -> Decision:
    window = Window(kind=upper.kind, lower=lower, upper=upper.value)
    if window.empty:
        return Decision(window=None, position_to=position, kind=EntryKind.EMPTY, notes=notes)
    repairs = position is not None and to == position and (lower is None or lower.order() < position.order())
    kind = EntryKind.REPAIR if repairs else EntryKind.EXTRACT
    return Decision(window=window, position_to=to, kind=kind, notes=notes)


def _upper(cursor: Cursor, request: RunRequest, safe: Position | None) -> tuple[Position | None, tuple[str, ...]]:
    until = _limit(cursor, request.until)
    if until is None:
        return safe, ()
    if safe is None:  # nothing new is safe; a repair reads what was safe before, and still ends at until
        return None if request.move_watermark else until, ()
    if until.value > safe.value:
        return safe, (f"until {until} is above the safe point; reading up to {safe}",)
    return until, ()


def _repair(
    since: Position | None,
    upper: Position | None,
    position: Position | None,
    notes: tuple[str, ...],
) -> Decision:
    """Read rows below the position again; the position does not move."""
    if position is None or since is None or since.value >= position.value:
        raise ConfigurationError(
            "move_watermark: false reads rows again, but nothing was read above since yet",
            expected=f"since below the watermark ({position or 'none yet'})",
            found=str(since),
            remedy="Set move_watermark: true to read new rows.",
        )
    top = min(upper.value, position.value) if upper is not None else position.value
    window = Window(kind=since.kind, lower=since, upper=top)
    if window.empty:
        raise ConfigurationError("until must be above since", expected=f"above {since}", found=str(upper))
    return Decision(window=window, position_to=position, kind=EntryKind.REPAIR, notes=notes)


def _limit(cursor: Cursor, text: str | None) -> Position | None:
    """Parse since or until and floor it: a wall-clock time inside a repeated hour is ambiguous."""
    if text is None:
        return None
    found = parse_position(cursor.position_kind, text)
    return Position(kind=found.kind, value=cursor.floor(found.value))


def _look_back(cursor: Cursor, position: Position | None, lookback: int | None) -> Position | None:
    if position is None or lookback is None:
        return None
    if not lookback:
        return position
    return Position(kind=position.kind, value=cursor.floor(position.value - lookback))


def leaves_gap(accounted: Ranges, position: Position | None, start: Position) -> bool:
    """Whether a run that starts at ``start`` leaves out rows above ``position`` that no run has read."""
    if position is not None and start.order() <= position.order():
        return False
    return not covers(accounted, position, start)


def _require_allow_gap(request: RunRequest, since: Position, position: Position | None, upper: Position) -> None:
    if since.value > upper.value:
        raise ConfigurationError(
            "since is above every row that can be read now",
            expected=f"at most {upper}, the end of the window",
            found=str(since),
            remedy="Give an earlier since, or omit it to continue from the watermark.",
        )
    if not request.allow_gap:
        raise ConfigurationError(
            "since is above the watermark: the rows between them would never be read",
            expected=f"at or below {position or 'the oldest row'}",
            found=str(since),
            remedy="Omit since to continue from the watermark, or set allow_gap: true to skip these rows.",
        )
