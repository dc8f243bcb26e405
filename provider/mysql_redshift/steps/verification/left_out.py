"""The rows of the source that no check compares: no run read them, because an operator left them out."""

from __future__ import annotations

from mysql_redshift.core import verification
from mysql_redshift.core.accounted import gaps
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.ports import Snapshot


def count_left_out(spec: TableSpec, snapshot: Snapshot, head: LogEntry) -> str:
    """Return a note with the rows below the position that no run read, counted by the cursor's index.

    Empty if every run continued where the one before it ended: then there is nothing to count.
    """
    if head.cursor is None:
        return ""
    schema = head.schema or TableSchema(columns=(), key=())
    counts = {}
    for gap in gaps(head.accounted_by(head.cursor), head.position_to):
        rows = snapshot.query(source_sql.count_range(spec.source, schema, head.cursor, gap))
        counts[str(gap)] = int(rows[0][0])
    return verification.left_out_note({gap: count for gap, count in counts.items() if count})


def name_left_out(head: LogEntry) -> str:
    """Return the note without counts, for a check that does not query the source."""
    return verification.left_out_note(dict.fromkeys(map(str, gaps(head.accounted, head.position_to))))
