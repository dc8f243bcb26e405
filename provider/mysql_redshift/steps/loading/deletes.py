"""Applies a key file: deletes target rows whose key the source no longer has. See docs/adr/0006."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.key_file import key_schema
from mysql_redshift.core.ledger import AppliedEntry
from mysql_redshift.core.log import LogEntry, LogFile
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import key_file as key_file_sql
from mysql_redshift.core.sql import staging as staging_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import DataCheckFailed, StateError
from mysql_redshift.steps.loading.transaction import LoadTransaction
from mysql_redshift.steps.target.table import Target


def delete_rows(transaction: LoadTransaction, target: Target, entry: LogEntry, applied: AppliedEntry) -> AppliedEntry:
    """Delete the target's rows whose key is not in the entry's key file.

    The file is newer than every earlier entry, and only their rows are in the target: sequence order is snapshot
    order. None of its rows is inserted, so all count as superseded.

    Raises:
        DataCheckFailed: two counts differ, or every row would be deleted without permission.

    """
    if entry.schema is None or entry.cursor is None or not entry.schema.key:
        raise StateError("A key file has no key", where=f"{transaction.spec.name}, log entry {entry.sequence}")
    if target.table is None:
        return replace(applied, rows_superseded=entry.rows)
    ref, session = transaction.spec.target, transaction.session
    staging = Staging(load_id=f"{transaction.load_id}_{entry.sequence}")
    copied = stage_keys(transaction, staging, entry.schema, entry.cursor, entry.files, source_rows=entry.source_rows)
    session.execute(key_file_sql.collect_deleted(ref, staging, entry.schema))
    expected = transaction.number(key_file_sql.count_deleted(staging))
    refuse_emptying(transaction.spec, keys=copied, deleted=expected)
    deleted = 0
    if expected:
        deleted = session.execute(target_sql.delete_matching(ref, staging.newest, entry.schema))
        transaction.require_equal("rows deleted from the target", expected, deleted)
    for table in (staging.table, staging.newest):
        session.execute(staging_sql.drop(table))
    return replace(applied, rows_copied=copied, rows_superseded=copied, rows_deleted=deleted)


def stage_keys(
    transaction: LoadTransaction,
    staging: Staging,
    schema: TableSchema,
    cursor: Cursor,
    files: tuple[LogFile, ...],
    *,
    source_rows: int,
) -> int:
    """COPY a key file into a temporary table; source, footers, COPY and table must agree on the count."""
    columns = key_schema(schema, cursor).columns
    transaction.session.execute(staging_sql.create(staging, columns))
    copied = transaction.copy(staging.table, columns, files, "keys") if files else 0
    transaction.require_equal("keys in the files", source_rows, sum(file.rows for file in files))
    transaction.require_equal("keys copied", source_rows, copied)
    transaction.require_equal("keys in staging", source_rows, transaction.number(staging_sql.count(staging)))
    return copied


def refuse_emptying(spec: TableSpec, *, keys: int, deleted: int) -> None:
    """Raise DataCheckFailed if an empty source would empty the target without ``allow_empty_replace``."""
    if keys or not deleted or spec.allow_empty_replace:
        return
    raise DataCheckFailed(
        "The source is empty, and reconciling deletes would empty the target",
        where=spec.route,
        expected="at least one row at the source",
        found=f"0 rows at the source, {deleted} in the target",
        remedy="If the source is meant to be empty, set allow_empty_replace: true for this table.",
    )
