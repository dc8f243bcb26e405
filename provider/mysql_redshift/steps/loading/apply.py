"""Moves the rows of log entries from S3 through staging into the target, and counts them at every hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mysql_redshift.core.ledger import UNBOUNDED, AppliedEntry
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.core.sql import staging as staging_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import DataCheckFailed, StateError
from mysql_redshift.steps.loading.deletes import delete_rows
from mysql_redshift.steps.loading.distinct_keys import require_distinct_keys
from mysql_redshift.steps.loading.groups import EntryGroup, schema_of
from mysql_redshift.steps.loading.transaction import LoadTransaction
from mysql_redshift.steps.target.table import Target


def apply_groups(
    transaction: LoadTransaction, target: Target, groups: Sequence[EntryGroup], *, max_cursor: int | None
) -> list[AppliedEntry]:
    """Apply the groups in order; ``max_cursor`` is the highest cursor value that any loaded entry has read.

    Raises:
        DataCheckFailed: two counts differ, or the load would empty the target without permission.
        TargetError: a column does not fit.

    """
    applied: list[AppliedEntry] = []
    for group in groups:
        done = _apply(transaction, target, group, max_cursor)
        max_cursor = done[-1].max_cursor
        applied += done
    return applied


def _apply(
    transaction: LoadTransaction, target: Target, group: EntryGroup, max_cursor: int | None
) -> list[AppliedEntry]:
    start, highest = [], max_cursor
    for entry in group.entries:
        highest = _highest(highest, entry)
        start.append(AppliedEntry(sequence=entry.sequence, position=_position(entry), max_cursor=highest))
    if group.reconcile:
        return [delete_rows(transaction, target, group.last, start[0])]
    if group.mode is None:
        return [replace(a, rows_superseded=entry.rows) for a, entry in zip(start, group.entries, strict=True)]
    return _apply_files(transaction, target, group, start, max_cursor)


def _apply_files(
    transaction: LoadTransaction,
    target: Target,
    group: EntryGroup,
    start: Sequence[AppliedEntry],
    max_cursor: int | None,
) -> list[AppliedEntry]:
    schema = group.schema
    staging = Staging(load_id=f"{transaction.load_id}_{group.last.sequence}")
    replaces_all = group.mode is LoadMode.REPLACE and any(entry.rows for entry in group.entries)
    target.prepare(schema, staging.load_id, group.last.load, keep_rows=not replaces_all)
    transaction.session.execute(staging_sql.create(staging, schema.columns))
    copied = [_copy(transaction, staging, schema, entry, final=entry is group.last) for entry in group.entries]
    transaction.require_equal("rows in staging", sum(copied), transaction.number(staging_sql.count(staging)))
    done = [replace(entry, rows_copied=rows) for entry, rows in zip(start, copied, strict=True)]
    done[-1] = _into_target(transaction, group, staging, done[-1], sum(copied), max_cursor)
    transaction.session.execute(staging_sql.drop(staging.table))
    return done


def _copy(transaction: LoadTransaction, staging: Staging, schema: TableSchema, entry: LogEntry, *, final: bool) -> int:
    """COPY one entry's files and require its exact rows; those of an earlier entry get its sequence."""
    if not entry.files:
        return 0
    session, columns = transaction.session, schema_of(entry).columns
    if not final:
        session.execute(staging_sql.create_entry(staging, columns))
    table = staging.table if final else staging.entry
    rows = transaction.copy(table, columns, entry.files, str(entry.sequence))
    transaction.require_equal(f"rows copied of log entry {entry.sequence}", entry.rows, rows)
    transaction.require_equal(f"rows counted at the source for log entry {entry.sequence}", entry.source_rows, rows)
    if not final:
        session.execute(staging_sql.add_entry(staging, columns, schema.columns, entry.sequence))
        session.execute(staging_sql.drop(staging.entry))
    return rows


def _into_target(
    transaction: LoadTransaction,
    group: EntryGroup,
    staging: Staging,
    applied: AppliedEntry,
    copied: int,
    max_cursor: int | None,
) -> AppliedEntry:
    """Merge, append or replace. Inserted + replaced + superseded = ``copied``."""
    session, ref = transaction.session, transaction.spec.target
    source, distinct = _newest_per_key(transaction, group, staging, copied)
    replaced = 0
    if group.mode is LoadMode.REPLACE:
        _refuse_empty(transaction, group.last, copied)
        deleted = session.execute(target_sql.delete_all(ref))
    elif group.mode is LoadMode.MERGE:
        schema = schema_of(group.last)
        replaced = transaction.number(target_sql.count_matching_keys(ref, source, schema))
        deleted = session.execute(target_sql.delete_matching(ref, source, schema))
        _refuse_duplicates(transaction, replaced, deleted)
    else:
        deleted = _delete_overlap(transaction, group.last, staging, max_cursor)
    inserted = session.execute(target_sql.insert(ref, source, group.schema.columns))
    transaction.require_equal("rows inserted into the target", distinct, inserted)
    if source == staging.newest:
        session.execute(staging_sql.drop(staging.newest))
    return replace(
        applied,
        rows_inserted=inserted - replaced,
        rows_replaced=replaced,
        rows_superseded=copied - distinct,
        rows_deleted=deleted,
    )


def _newest_per_key(transaction: LoadTransaction, group: EntryGroup, staging: Staging, copied: int) -> tuple[str, int]:
    """Return the table that holds one row per key, and its rows; for an append and without a key, that is staging."""
    schema = schema_of(group.last)
    if not schema.key:
        return staging.table, copied
    distinct = transaction.number(staging_sql.count_keys(staging, schema))
    if distinct == copied:
        return staging.table, copied
    require_distinct_keys(transaction, group, staging)
    if group.mode is LoadMode.APPEND:
        return staging.table, copied
    transaction.session.execute(staging_sql.create_newest(staging, group.schema.columns))
    sql = staging_sql.keep_newest(staging, group.schema.columns, schema, group.last.cursor)
    transaction.session.execute(sql)
    return staging.newest, distinct


def _delete_overlap(transaction: LoadTransaction, entry: LogEntry, staging: Staging, max_cursor: int | None) -> int:
    """Before an append, delete what it reads again and nothing else, in the same transaction.

    Inside the window that is what the cursor says. With a key, the rows that were read are also found by their keys: at
    the edges of a limited read, and where the target's cursor is not the source's, because it was NULL before or a
    policy changed it. Without a key no policy changes a cursor (``resolve_schema``) and no read is limited.
    """
    spec, session, schema = transaction.spec, transaction.session, schema_of(entry)
    cursor, window = entry.cursor, entry.window_read
    if cursor is None or window is None:
        raise StateError("An append entry has no window", where=f"{spec.name}, log entry {entry.sequence}")
    overlaps, statements = _overlaps(window, max_cursor), []
    if overlaps:
        sql = target_sql.delete_window(spec.target, schema, cursor, window, nulls=not schema.key)
        statements.append(sql)
    if schema.key and (overlaps or _loads_nulls(entry)):
        statements.append(target_sql.delete_matching(spec.target, staging.table, schema))
    elif entry.nulls_read:
        statements.append(target_sql.delete_null_cursors(spec.target, schema, cursor))
    return sum(session.execute(statement) for statement in statements)


def _overlaps(window: Window, max_cursor: int | None) -> bool:
    """Return whether the target may hold rows at or above the window's start."""
    return max_cursor is not None and (window.lower is None or window.lower.value < max_cursor)


def _loads_nulls(entry: LogEntry) -> bool:
    return entry.spec.cursor is not None and entry.spec.cursor.nulls == "load"


def _refuse_empty(transaction: LoadTransaction, entry: LogEntry, copied: int) -> None:
    if copied or transaction.spec.allow_empty_replace:
        return
    rows = transaction.number(target_sql.count(transaction.spec.target))
    if rows:
        raise DataCheckFailed(
            "The source is empty, and loading it would empty the target",
            where=transaction.spec.route,
            expected="at least one row",
            found=f"0 rows at the source (log entry {entry.sequence}), {rows} in the target",
            remedy="If the source is meant to be empty, set allow_empty_replace: true for this table.",
        )


def _refuse_duplicates(transaction: LoadTransaction, keys: int, deleted: int) -> None:
    """More rows deleted than keys matched: the target held duplicates, which this load would silently remove."""
    if deleted not in (keys, -1):
        raise DataCheckFailed(
            "The target holds duplicate rows for a key; nothing was loaded",
            where=transaction.spec.route,
            expected=f"{keys} rows for {keys} keys",
            found=f"{deleted} rows",
            remedy="Find out who else writes this table; then run with full_refresh: true.",
        )


def _position(entry: LogEntry) -> str:
    """Return the position without its key, which may hold any text."""
    to = entry.position_to
    return "" if to is None else str(Position(kind=to.kind, value=to.value))


def _highest(max_cursor: int | None, entry: LogEntry) -> int | None:
    """Return the ledger's ``max_cursor`` after the entry.

    After a position was set or reset, the cursor may be another one, whose values cannot be compared with the old.
    """
    moved = entry.kind in (EntryKind.SET, EntryKind.RESET) and max_cursor is not None
    if entry.full or moved:
        return UNBOUNDED
    return max((value for value in (max_cursor, entry.read_up_to) if value is not None), default=None)
