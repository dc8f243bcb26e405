"""Looks up, sets and resets a table's position: each change is a log entry with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, PositionKind, parse_position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.resolve_cursor import resolve_cursor
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.ports import ObjectStore, Source
from mysql_redshift.steps.plan import new_run_key
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.watermark_cache import WatermarkState


def read(spec: TableSpec, store: ObjectStore) -> WatermarkState:
    """Return the state as log and cache say it: the position is always the log's."""
    state = watermark_cache.read(spec, store)
    head = _journal(spec, store).head(hint=state.log_extracted)
    if head is None:
        return replace(state, position=None, log_extracted=0)
    if state.log_loaded > head.sequence:  # not the cache of this log: the next load writes it anew
        state = replace(state, redshift_status="pending", log_loaded=0, verified_through=None)
    fresh = watermark_cache.with_entry(state, head)
    return replace(fresh, mysql_status=state.mysql_status, last_error=state.last_error)


def stage_position(spec: TableSpec, store: ObjectStore, stage: str) -> Position | None:
    """Return how far a stage has come: "mysql" (the log's head), "redshift" (the last load) or "verified".

    The last two come from the cache, which a load and a verification write after their commit: never too far.
    """
    state = read(spec, store)
    if stage == "mysql":
        return state.position
    if stage == "verified":
        return state.verified_through
    if not state.log_loaded or state.redshift_status != "success":
        return None
    return _journal(spec, store).read(state.log_loaded).position_to


def set_position(
    spec: TableSpec, *, store: ObjectStore, source: Source, text: str, field: str, actor: str, reason: str = ""
) -> LogEntry:
    """Move the position by hand. ``field`` "timestamp": rows at T itself are read again; "id": row N is done.

    A position set forward leaves the rows between out of the bounds check, and the entry says so.

    Raises:
        ConfigurationError: the cursor is of the other kind, or the text is not a value of it.
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
    head = _journal(spec, store).head()
    before = head.position_to if head is not None else None
    forward = before is None or position.order() > before.order()
    gap_end = position if forward else head.gap_end if head is not None else None
    move = _Move(kind=EntryKind.SET, position=position, gap_end=gap_end, cursor=cursor, actor=actor, reason=reason)
    return _append(spec, store, head, move)


def reset(spec: TableSpec, *, store: ObjectStore, actor: str, reason: str = "") -> LogEntry:
    """Forget the position: the next run reads from the oldest row. Rows loaded before are replaced, not doubled."""
    head = _journal(spec, store).head()
    cursor = head.cursor if head is not None else None
    return _append(spec, store, head, _Move(kind=EntryKind.RESET, cursor=cursor, actor=actor, reason=reason))


@dataclass(frozen=True, kw_only=True)
class _Move:
    """A change of the position by hand."""

    kind: EntryKind
    position: Position | None = None
    gap_end: Position | None = None
    cursor: Cursor | None = None
    actor: str
    reason: str


def _append(spec: TableSpec, store: ObjectStore, head: LogEntry | None, move: _Move) -> LogEntry:
    entry = LogEntry(
        sequence=head.sequence + 1 if head is not None else 1,
        kind=move.kind,
        run_key=new_run_key(),
        created_at=watermark_cache.now_text(),
        position_from=head.position_to if head is not None else None,
        position_to=move.position,
        spec=spec,
        schema=head.schema if head is not None else None,
        cursor=move.cursor,
        server_uuid=head.server_uuid if head is not None else "",
        gap_end=move.gap_end,
        actor=move.actor,
        reason=move.reason,
    )
    entry = _journal(spec, store).append(entry)
    state = watermark_cache.read(spec, store)
    watermark_cache.write(spec, store, watermark_cache.with_entry(state, entry))
    return entry


def _journal(spec: TableSpec, store: ObjectStore) -> Journal:
    return Journal(store, TableLayout.of(spec))


def _cursor(spec: TableSpec, source: Source) -> Cursor:
    cursor = resolve_cursor(source.describe(spec.source.database, spec.source.table), spec)
    if cursor is None:
        raise ConfigurationError("A table without a cursor has no watermark", where=spec.name)
    return cursor
