"""Applies a key file: what the source no longer has leaves the target. See docs/adr/0006."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core import key_file
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import LogEntry, LogFile
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.sql.merge import Staging
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import DataCheckFailed, StateError
from mysql_redshift.steps.loading.groups import AppliedEntry
from mysql_redshift.steps.loading.transaction import LoadContext


def delete_gone(context: LoadContext, entry: LogEntry, applied: AppliedEntry) -> AppliedEntry:
    """Delete the target's rows whose key is not in the entry's key file.

    The file is newer than every entry below this one, whose rows alone are in the target: DESIGN.md's "sequence order
    is snapshot order". All its rows count as superseded, since none is inserted.

    Raises:
        DataCheckFailed: a count does not add up, or every row would go and nobody has allowed that.

    """
    if entry.schema is None or entry.cursor is None or not entry.schema.key:
        raise StateError("A key file names no key", where=f"{context.spec.name}, log entry {entry.sequence}")
    if context.session.describe(context.spec.target.schema, context.spec.target.table) is None:
        return replace(applied, rows_superseded=entry.rows)
    staging = Staging(load_id=f"{context.load_id}_{entry.sequence}")
    copied = stage_keys(context, staging, entry.schema, entry.cursor, entry.files, source_rows=entry.source_rows)
    context.session.execute(key_file.collect_gone(context.spec.target, staging, entry.schema))
    gone = context.number(key_file.count_gone(staging))
    refuse_empty(context, keys=copied, gone=gone)
    deleted = 0
    if gone:
        sql = merge_sql.delete_matching(context.spec.target, staging.newest, entry.schema)
        deleted = context.session.execute(sql)
        context.equal("rows deleted from the target", gone, deleted)
    return replace(applied, rows_copied=copied, rows_superseded=copied, rows_deleted=deleted)


def stage_keys(
    context: LoadContext,
    staging: Staging,
    schema: TableSchema,
    cursor: Cursor,
    files: tuple[LogFile, ...],
    *,
    source_rows: int,
) -> int:
    """COPY a key file to a temporary table; the source, the footers, COPY and the table must agree in the count."""
    columns = key_file.key_schema(schema, cursor).columns
    context.session.execute(merge_sql.create_staging(staging, columns))
    copied = context.copy(staging, columns, files, "keys") if files else 0
    context.equal("keys in the files", source_rows, sum(file.rows for file in files))
    context.equal("keys copied", source_rows, copied)
    context.equal("keys in staging", source_rows, context.number(merge_sql.count_staging(staging)))
    return copied


def refuse_empty(context: LoadContext, *, keys: int, gone: int) -> None:
    """An empty source needs explicit permission before it empties the target."""
    if keys or not gone or context.spec.allow_empty_replace:
        return
    raise DataCheckFailed(
        "The source is empty, and reconciling deletes would empty the target",
        where=context.where,
        expected="at least one row at the source",
        found=f"0 rows at the source, {gone} in the target",
        remedy="If the source is meant to be empty, set allow_empty_replace: true for this table.",
    )
