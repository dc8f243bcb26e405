"""The safe point: the upper limit of a run's window. No row below it can still be committed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mysql_redshift.core.clock import ClockReading, Observation, Writer
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.position import Position, PositionKind, format_time
from mysql_redshift.errors import SourceError, WindowHeld

SECOND = 1_000_000
LAG_VISIBLE = 2.0  # seconds; an application may set the timestamp shortly before its transaction begins
LAG_NOT_VISIBLE = 30.0  # seconds; if other sessions' transactions cannot be listed
NOT_VISIBLE = "; writers are not visible"
START_MARGIN = 2 * SECOND  # servers report start times in whole seconds


@dataclass(frozen=True, kw_only=True)
class SafePoint:
    """Every row below ``upper`` is visible; None means that no new row is safe yet. ``reason`` states what set it.

    ``observation`` (ids only) must be stored in the log for the next run.
    """

    upper: Position | None
    reason: str
    observation: Observation | None = None


def time_safe_point(
    reading: ClockReading, cursor: Cursor, *, lag: float | None, max_hold: float, position: Position | None
) -> SafePoint:
    """Return the safe point of a time cursor.

    Raises:
        SourceError: the writer's clock is behind the position that an earlier run reached.
        WindowHeld: a writer has been open for longer than ``max_hold`` seconds.

    """
    if position is not None and reading.now < position.value:
        raise SourceError(
            "The source's clock is behind the watermark",
            expected=f"later than {position}",
            found=format_time(reading.now),
            remedy="Correct the server's clock, or move the watermark back: airflow mysql-redshift watermark set "
            "--pipeline PIPELINE --table TABLE --timestamp TIME.",
        )
    _refuse_long_hold(reading.writers, reading.now, max_hold)
    seconds = lag_seconds(lag, visible=reading.visible)
    oldest = min(reading.writers, key=lambda writer: writer.started, default=None)
    edge = min(reading.now, oldest.started) if oldest else reading.now
    limit = (
        f"{oldest}, since {format_time(oldest.started)}"
        if oldest and oldest.started < reading.now
        else "the source's clock"
    )
    subtracted = round(seconds * SECOND) + (reading.seconds_behind or 0) * SECOND
    upper = Position(kind=PositionKind.TIME, value=cursor.floor(edge - subtracted))
    hidden = f" ({reading.hidden}, so any running statement may write)" if oldest and reading.hidden else ""
    return SafePoint(upper=upper, reason=f"{limit}{hidden}, minus {seconds:g} s lag{_visibility(reading)}")


def _visibility(reading: ClockReading) -> str:
    if reading.visible:
        return ""
    if not reading.replica:
        return f"{NOT_VISIBLE} (no PROCESS privilege)"
    if reading.seconds_behind is None:
        return f"{NOT_VISIBLE} (a replica without a connection to its writer, which does not report its lag)"
    return f", minus {reading.seconds_behind} s replica lag{NOT_VISIBLE} (a replica without a connection to its writer)"


def id_safe_point(
    now: Observation, previous: Observation | None, *, lag: float | None, max_hold: float, seconds_behind: int = 0
) -> SafePoint:
    """Return the safe point of an id cursor: an observed maximum, once every writer open at that time has ended.

    ``seconds_behind``: the lag of a replica whose writers are not visible. The previous maximum may be as new as the
    clock of its observation, so the replica must have applied everything up to that time plus ``lag``.

    Raises:
        WindowHeld: a writer of the previous observation is still open after ``max_hold`` seconds.

    """
    if now.maximum is None:
        return SafePoint(upper=None, reason="the table is empty")
    if now.visible and not now.writers:
        return SafePoint(upper=_above(now.maximum), reason=f"maximum {now.maximum}, no writer open")
    if previous is not None and previous.maximum is not None:
        reached = now.taken_at - seconds_behind * SECOND
        still_open = _still_open(previous, now, reached - round(lag_seconds(lag, visible=now.visible) * SECOND))
        if not still_open:
            return SafePoint(
                upper=_above(previous.maximum),
                reason=f"maximum {previous.maximum} at {format_time(previous.taken_at)}; its writers have ended",
                observation=now,
            )
        _refuse_long_hold(still_open, reached, max_hold)
        names = "; ".join(map(str, still_open))
        return SafePoint(upper=None, reason=f"writers are still open: {names}", observation=previous)
    names = "; ".join(map(str, now.writers)) or "other sessions are not visible"
    return SafePoint(upper=None, reason=f"first observation of maximum {now.maximum}: {names}", observation=now)


def lag_seconds(lag: float | None, *, visible: bool) -> float:
    """Return the configured lag, or the default, which depends on whether writers are visible."""
    if lag is not None:
        return lag
    return LAG_VISIBLE if visible else LAG_NOT_VISIBLE


def _above(maximum: int) -> Position:
    return Position(kind=PositionKind.ID, value=maximum + 1)


def _still_open(previous: Observation, now: Observation, ended: int) -> list[Writer]:
    """Return the writers of ``previous`` that may still be open.

    If writers are not visible, every writer of an observation that was taken at or before ``ended`` has ended.
    """
    if not (previous.visible and now.visible):
        unseen = Writer(thread=0, user="unknown", started=previous.taken_at, kind="unseen writer")
        return [] if previous.taken_at <= ended else [unseen]
    latest = previous.taken_at + START_MARGIN
    # A thread has two entries while its transaction runs a statement: it is open if either started before.
    open_threads = {writer.thread for writer in now.writers if writer.started <= latest}
    return [writer for writer in previous.writers if writer.thread in open_threads]


def _refuse_long_hold(writers: Iterable[Writer], now: int, max_hold: float) -> None:
    for writer in writers:
        age = (now - writer.started) / SECOND
        if age > max_hold:
            raise WindowHeld(
                "A writer has been open for too long: rows newer than its start cannot be read safely",
                where=str(writer),
                expected=f"at most {max_hold:g} s (max_hold)",
                found=f"{age:.0f} s",
                remedy=_hold_remedy(writer),
            )


def _hold_remedy(writer: Writer) -> str:
    if not writer.thread:  # it cannot be seen
        return "Grant PROCESS to the MySQL account, so that writers are visible; or set max_hold above lag."
    remedy = (
        f"Check what the session is doing, terminate it (KILL {writer.thread}; on Amazon RDS and Aurora: "
        f"CALL mysql.rds_kill({writer.thread})), or raise max_hold."
    )
    if writer.kind != "statement":
        return remedy
    return (
        f"{remedy} If the account {writer.user} never writes, list it under source.readers. On MySQL, SELECT on "
        "performance_schema lets plain SELECTs be told apart."
    )
