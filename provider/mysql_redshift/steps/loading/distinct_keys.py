"""Require that the rows of one snapshot have distinct keys, before a merge keeps one row per key."""

from __future__ import annotations

from mysql_redshift.core.duplicate_rows import describe_rows
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.sql import duplicates as sql
from mysql_redshift.core.sql import staging as staging_sql
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps.loading.groups import EntryGroup, schema_of
from mysql_redshift.steps.loading.transaction import LoadTransaction


def require_distinct_keys(transaction: LoadTransaction, group: EntryGroup, staging: Staging) -> None:
    """Refuse two rows of one snapshot, that is of one chunk of one entry, whose keys are equal.

    Call it if the staged rows have equal keys. In different snapshots these are states of one row, if it changed
    between two runs or moved from one chunk to another. To tell the chunks apart, those of an entry with equal keys are
    copied again, one at a time.

    Raises:
        DataCheckFailed: naming two of the rows.

    """
    shown = transaction.session.query(sql.sequences(staging, group.schema.columns, schema_of(group.last)))
    sequences = {group.last.sequence if sequence is None else int(sequence) for (sequence,) in shown}
    for entry in group.entries:
        if entry.sequence in sequences:
            for chunk in sorted({file.chunk for file in entry.files}):
                _require_distinct(transaction, group, entry, chunk)


def _require_distinct(transaction: LoadTransaction, group: EntryGroup, entry: LogEntry, chunk: int) -> None:
    session, schema = transaction.session, schema_of(group.last)
    name = f"{entry.sequence}-{chunk}"
    staging = Staging(load_id=f"{transaction.load_id}_{name}".replace("-", "_"))
    session.execute(staging_sql.create(staging, group.schema.columns))
    files = [file for file in entry.files if file.chunk == chunk]
    rows = transaction.copy(staging.table, schema_of(entry).columns, files, name)
    transaction.require_equal(f"rows of chunk {chunk}", sum(file.rows for file in files), rows)
    keys = transaction.number(staging_sql.count_keys(staging, schema))
    if keys != rows:
        found = session.query(sql.examples(staging, schema))
        raise _equal_keys(transaction, schema, entry, f"{rows} rows, {keys} keys: {describe_rows(schema, found)}")
    session.execute(staging_sql.drop(staging.table))


def _equal_keys(transaction: LoadTransaction, schema: TableSchema, entry: LogEntry, found: str) -> DataCheckFailed:
    return DataCheckFailed(
        "Rows that were read at one moment have the same key, so all but one would be lost; nothing was loaded",
        where=f"{transaction.spec.route}, log entry {entry.sequence}",
        expected=f"one row per key ({', '.join(schema.key)})",
        found=found,
        remedy="Make the key unique at the source, declare another key, or remove key and set load: append or replace; "
        "then run with full_refresh: true, which supersedes these files.",
    )
