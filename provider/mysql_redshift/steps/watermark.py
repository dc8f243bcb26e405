"""Looks up, sets and resets a table's position. Each change is a log entry with actor and reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.watermark_move import WatermarkMove
from mysql_redshift.ports import ObjectStore, Source
from mysql_redshift.steps.planning.watermark_move import plan_reset, plan_set
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.stamps import new_run_key, now_text
from mysql_redshift.steps.state.watermark_cache import WatermarkState


def read(spec: TableSpec, store: ObjectStore) -> WatermarkState:
    """Return the state from log and cache; the position is always the log's."""
    state = watermark_cache.read(spec, store)
    head = Journal.of(spec, store).head(hint=state.log_extracted)
    if head is None:
        return replace(state, position=None, log_extracted=0)
    if state.log_loaded > head.sequence:  # the cache of another log; the next load rewrites it
        state = replace(state, redshift_status="pending", log_loaded=0, verified_through=None)
    fresh = watermark_cache.with_entry(state, head)
    return replace(fresh, mysql_status=state.mysql_status, last_error=state.last_error)


def stage_position(spec: TableSpec, store: ObjectStore, stage: str) -> Position | None:
    """Return the position of a stage: "mysql" (the log head), "redshift" (the last load) or "verified".

    The last two come from the cache, which load and verify write after their commit, so they are never too high.
    """
    state = read(spec, store)
    if stage == "mysql":
        return state.position
    if stage == "verified":
        return state.verified_through
    if not state.log_loaded or state.redshift_status != "success":
        return None
    return Journal.of(spec, store).read(state.log_loaded).position_to


def set_position(
    spec: TableSpec,
    *,
    store: ObjectStore,
    source: Source,
    text: str,
    field: str,
    actor: str,
    reason: str = "",
    allow_gap: bool = False,
) -> LogEntry:
    """Set the position by hand, as ``plan_set`` planned it, and raise what it raises."""
    move = plan_set(spec, store=store, source=source, text=text, field=field, allow_gap=allow_gap)
    return apply_move(move, store=store, actor=actor, reason=reason)


def reset(spec: TableSpec, *, store: ObjectStore, actor: str, reason: str = "") -> LogEntry:
    """Clear the position: the next run reads from the oldest row. Rows loaded before are replaced, not duplicated."""
    return apply_move(plan_reset(spec, store=store), store=store, actor=actor, reason=reason)


def apply_move(move: WatermarkMove, *, store: ObjectStore, actor: str, reason: str = "") -> LogEntry:
    """Write a planned change as the log entry after the head that it was planned with.

    Rows that were read before stay accounted for. If the position moves forward over others, the checks leave those
    out too, and name them.

    Raises:
        Conflict: a run published since the change was planned.

    """
    entry = LogEntry.after(
        move.head,
        spec=move.spec,
        run_key=new_run_key(),
        created_at=now_text(),
        kind=move.kind,
        position_to=move.position_to,
        actor=actor,
        reason=move.recorded_reason(reason),
        **_set_fields(move),
    )
    entry = Journal.of(move.spec, store).append(entry)
    state = watermark_cache.read(move.spec, store)
    watermark_cache.write(move.spec, store, watermark_cache.with_entry(state, entry))
    return entry


def _set_fields(move: WatermarkMove) -> dict[str, Any]:
    if move.kind is not EntryKind.SET:
        return {}
    return {"cursor": move.cursor, "accounted": move.accounted}
