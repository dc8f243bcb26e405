"""The rows that earlier runs read, as far as they are still the same rows when a run is planned."""

from __future__ import annotations

from mysql_redshift.core.accounted import Ranges, below
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.steps.planning.safe_point import SourceState, server_changed


def accounted_before(schema: TableSchema, cursor: Cursor, head: LogEntry | None, state: SourceState) -> Ranges:
    """Return the ranges of the log head; a changed cursor starts anew, and a changed key leaves limits without keys.

    Ids above the position that may be used again (after a failover, or if none so high exists) are not accounted for:
    after ``reset`` or ``set``, the range may reach above the position.
    """
    if head is None:
        return ()
    found = head.accounted_by(cursor, schema)
    if cursor.kind is CursorKind.INTEGER and _may_be_used_again(head, state):
        found = below(found, head.position_to)
    return found


def _may_be_used_again(head: LogEntry, state: SourceState) -> bool:
    if server_changed(head, state.reading.server_uuid) or state.maximum is None:
        return True
    return any(item.upper.value > state.maximum + 1 for item in head.accounted)
