"""Moves the rows of log entries from S3 through staging into the target, counting at every link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.sql.merge import Staging
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import DataCheckFailed, StateError, TargetError
from mysql_redshift.steps.loading import deletes as load_keys
from mysql_redshift.steps.loading.groups import AppliedEntry, EntryGroup
from mysql_redshift.steps.loading.transaction import LoadContext
from mysql_redshift.steps.target import table as target


def apply_group(context: LoadContext, group: EntryGroup) -> tuple[list[AppliedEntry], LoadContext]:
    """Apply one group; return what became of each entry, and the context for the next group."""
    applied = [
        AppliedEntry(sequence=e.sequence, position=_position(e), max_cursor=_max_cursor(context.max_cursor, e))
        for e in group.entries
    ]
    if group.reconcile:
        done = [load_keys.delete_gone(context, group.entries[0], applied[0])]
    elif group.mode is None:
        done = [replace(a, rows_superseded=e.rows) for a, e in zip(applied, group.entries, strict=True)]
    else:
        done = _apply_files(context, group, applied)
    reaches = [entry.max_cursor for entry in done if entry.max_cursor is not None]
    return done, replace(context, max_cursor=max(reaches, default=context.max_cursor))


def _apply_files(context: LoadContext, group: EntryGroup, applied: Sequence[AppliedEntry]) -> list[AppliedEntry]:
    last = group.entries[-1]
    columns = _all_columns(group.entries)
    schema = replace(_schema(last), columns=columns)
    staging = Staging(load_id=f"{context.load_id}_{last.sequence}")
    all_anew = group.mode is LoadMode.REPLACE and any(entry.rows for entry in group.entries)
    target.prepare(context.spec, schema, context.session, staging.load_id, keep_rows=not all_anew)
    context.session.execute(merge_sql.create_staging(staging, columns))
    copied = [_copy(context, staging, columns, entry, final=entry is last) for entry in group.entries]
    done = [replace(a, rows_copied=n) for a, n in zip(applied, copied, strict=True)]
    context.equal("rows in staging", sum(copied), context.number(merge_sql.count_staging(staging)))
    return [*done[:-1], _into_target(context, group, staging, columns, done[-1], sum(copied))]


def _copy(context: LoadContext, staging: Staging, columns: Sequence[Column], entry: LogEntry, *, final: bool) -> int:
    """COPY one entry's files, demand its exact rows, and stamp them unless nothing comes after."""
    if not entry.files:
        return 0
    rows = context.copy(staging, _schema(entry).columns, entry.files, str(entry.sequence))
    context.equal(f"rows copied of log entry {entry.sequence}", entry.rows, rows)
    context.equal(f"rows counted at the source for log entry {entry.sequence}", entry.source_rows, rows)
    if not final:
        context.session.execute(merge_sql.stamp(staging, columns, entry.sequence))
    return rows


def _into_target(
    context: LoadContext,
    group: EntryGroup,
    staging: Staging,
    columns: Sequence[Column],
    applied: AppliedEntry,
    copied: int,
) -> AppliedEntry:
    """Merge, append or replace. Inserted, replaced and superseded add up to ``copied``."""
    session, ref, schema = context.session, context.spec.target, _schema(group.entries[-1])
    source, distinct = staging.table, copied
    if schema.key and group.mode is not LoadMode.APPEND:
        distinct = context.number(merge_sql.count_keys(staging, schema))
        if distinct != copied:
            session.execute(merge_sql.keep_newest(staging, columns, schema, group.entries[-1].cursor))
            source = staging.newest
    replaced = 0
    if group.mode is LoadMode.REPLACE:
        _refuse_empty(context, group.entries[-1], copied)
        deleted = session.execute(merge_sql.delete_all(ref))
    elif group.mode is LoadMode.MERGE:
        replaced = context.number(merge_sql.count_matching_keys(ref, source, schema))
        deleted = session.execute(merge_sql.delete_matching(ref, source, schema))
        _refuse_doubles(context, replaced, deleted)
    else:
        deleted = _delete_overlap(context, group.entries[-1], schema)
    inserted = session.execute(merge_sql.insert(ref, source, columns))
    context.equal("rows inserted into the target", distinct, inserted)
    return replace(
        applied,
        rows_inserted=inserted - replaced,
        rows_replaced=replaced,
        rows_superseded=copied - distinct,
        rows_deleted=deleted,
    )


def _delete_overlap(context: LoadContext, entry: LogEntry, schema: TableSchema) -> int:
    """An append that reads again what was read before first deletes that window, in the same transaction."""
    cursor, window = entry.cursor, entry.window
    if cursor is None or window is None:
        raise StateError("An append entry has no window", where=f"{context.spec.name}, log entry {entry.sequence}")
    deleted = 0
    if context.spec.cursor is not None and context.spec.cursor.nulls == "load":
        deleted += context.session.execute(merge_sql.delete_null_cursors(context.spec.target, schema, cursor))
    below = window.lower is None or context.max_cursor is None or window.lower.value < context.max_cursor
    if context.max_cursor is None or not below:
        return deleted
    if window.lower is not None and window.lower.key is not None:
        raise StateError(
            "An append that overlaps what is loaded begins in the middle of a value",
            where=f"{context.spec.name}, log entry {entry.sequence}",
            found=str(window),
            remedy="Run with since at a whole value, or full_refresh: true.",
        )
    return deleted + context.session.execute(merge_sql.delete_window(context.spec.target, schema, cursor, window))


def _refuse_empty(context: LoadContext, entry: LogEntry, copied: int) -> None:
    if copied or context.spec.allow_empty_replace:
        return
    rows = context.number(merge_sql.count_target(context.spec.target))
    if rows:
        raise DataCheckFailed(
            "The source is empty, and loading it would empty the target",
            where=context.where,
            expected="at least one row",
            found=f"0 rows at the source (log entry {entry.sequence}), {rows} in the target",
            remedy="If the source is meant to be empty, set allow_empty_replace: true for this table.",
        )


def _refuse_doubles(context: LoadContext, keys: int, deleted: int) -> None:
    """More rows deleted than keys matched: the target held a key twice, which this load would mend in silence."""
    if deleted not in (keys, -1):
        raise DataCheckFailed(
            "The target holds a key more than once; nothing is loaded on top of that",
            where=context.where,
            expected=f"{keys} rows for {keys} keys",
            found=f"{deleted} rows",
            remedy="Find out who else writes this table; then run with full_refresh: true.",
        )


def _all_columns(entries: Sequence[LogEntry]) -> tuple[Column, ...]:
    """Columns of the last entry in their order, then what only earlier entries had.

    Raises:
        TargetError: two entries hold one column in different types.

    """
    columns = {column.target: column for column in _schema(entries[-1]).columns}
    for entry in entries:
        for column in _schema(entry).columns if entry.files else ():
            known = columns.setdefault(column.target, column)
            if known.staging_type != column.staging_type:
                raise TargetError(
                    "A column's type changed between two loads that are both pending",
                    where=f"{entry.spec.name}, column {column.name}, log entry {entry.sequence}",
                    expected=known.staging_type,
                    found=column.staging_type,
                    remedy="Run with full_refresh: true: it makes the older files superfluous.",
                )
    return tuple(columns.values())


def _schema(entry: LogEntry) -> TableSchema:
    if entry.schema is None:
        raise StateError("A log entry with files names no columns", where=f"{entry.spec.name}, entry {entry.sequence}")
    return entry.schema


def _position(entry: LogEntry) -> str:
    """Return the position without its key, which may hold any text."""
    to = entry.position_to
    return "" if to is None else str(Position(kind=to.kind, value=to.value))


def _max_cursor(max_cursor: int | None, entry: LogEntry) -> int | None:
    """Return how far all entries up to this one have read."""
    if entry.full:
        top = entry.position_to.value if entry.position_to is not None else None
    else:
        top = entry.window_read.upper if entry.window_read is not None else None
    return max((value for value in (max_cursor, top) if value is not None), default=None)
