"""Looks up, sets and resets a table's position. Each change is a log entry with actor and reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, PositionKind, parse_position
from mysql_redshift.core.request_checks import check_cursor
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.ports import ObjectStore, Source
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
    spec: TableSpec, *, store: ObjectStore, source: Source, text: str, field: str, actor: str, reason: str = ""
) -> LogEntry:
    """Set the position by hand. ``field`` "timestamp": rows at that time are read again; "id": that row is done.

    If the position moves forward, the skipped rows are a gap that the check bounds leaves out; the entry records it.

    Raises:
        ConfigurationError: the cursor is of the other kind or changed since the last run, or the text is not a value
            of it.
        Conflict: a run published at the same moment.

    """
    cursor = _cursor(spec, source)
    wanted = PositionKind.ID if field == "id" else PositionKind.TIME
    if cursor.position_kind is not wanted:
        raise ConfigurationError(
            "The cursor is of another kind",
            where=f"{spec.name}, cursor {cursor.column} ({cursor.kind.value})",
            expected="--id" if wanted is PositionKind.TIME else "--timestamp",
            found=f"--{field}",
        )
    position = parse_position(wanted, text)
    value = position.value + 1 if wanted is PositionKind.ID else cursor.floor(position.value)
    position = Position(kind=wanted, value=value)
    head = Journal.of(spec, store).head()
    check_cursor(spec, cursor, head)
    before = head.position_to if head is not None else None
    forward = before is None or position.order() > before.order()
    gap_end = position if forward else head.gap_end if head is not None else None
    change = {"position_to": position, "gap_end": gap_end, "cursor": cursor}
    return _append(spec, store, head, kind=EntryKind.SET, actor=actor, reason=reason, **change)


def reset(spec: TableSpec, *, store: ObjectStore, actor: str, reason: str = "") -> LogEntry:
    """Clear the position: the next run reads from the oldest row. Rows loaded before are replaced, not duplicated."""
    head = Journal.of(spec, store).head()
    return _append(spec, store, head, kind=EntryKind.RESET, actor=actor, reason=reason, position_to=None)


def _append(spec: TableSpec, store: ObjectStore, head: LogEntry | None, **fields: Any) -> LogEntry:
    entry = LogEntry.after(head, spec=spec, run_key=new_run_key(), created_at=now_text(), **fields)
    entry = Journal.of(spec, store).append(entry)
    state = watermark_cache.read(spec, store)
    watermark_cache.write(spec, store, watermark_cache.with_entry(state, entry))
    return entry


def _cursor(spec: TableSpec, source: Source) -> Cursor:
    cursor = resolve_cursor(source.describe(spec.source.database, spec.source.table), spec)
    if cursor is None:
        raise ConfigurationError("A table without a cursor has no watermark", where=spec.name)
    return cursor
