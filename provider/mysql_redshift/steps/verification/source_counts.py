"""What a verification counts at MySQL in one snapshot, after Redshift was read."""

from __future__ import annotations

from datetime import UTC

from mysql_redshift.core import verification
from mysql_redshift.core.beyond_clock import beyond_limit, beyond_note, is_counted
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.position import to_micros
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import clock as clock_sql
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.verification import Check, CheckResult
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.ports import Snapshot, Source
from mysql_redshift.steps.verification.left_out import count_left_out
from mysql_redshift.steps.verification.target_state import TargetState


def count_source(
    spec: TableSpec, source: Source, head: LogEntry, state: TargetState, wanted: frozenset[Check]
) -> tuple[list[CheckResult], str]:
    """Run the checks that count at the source; return them and the note on the rows that are left out.

    On a replica, only a snapshot waits for what the writer had committed. A replica that is behind the target would
    hold fewer rows than a correct target, or too few to reveal a loss.
    """
    results = []
    with source.snapshot() as snapshot:
        if Check.BOUNDS in wanted:
            results.append(_bounds(spec, snapshot, head, state))
        if Check.WINDOW in wanted:
            results.append(_window(spec, snapshot, head, state))
        return results, count_left_out(spec, snapshot, head)


def _bounds(spec: TableSpec, snapshot: Snapshot, head: LogEntry, state: TargetState) -> CheckResult:
    cursor, entry, beyond, nulls = head.cursor, state.entry, 0, 0
    if cursor is None and entry is not None and entry.full:
        below = everything = entry.rows  # a full read is exact, whatever the source did since
    elif cursor is None or entry is None:
        below, everything = 0, int(snapshot.query(source_sql.count_all(spec.source))[0][0])
    else:
        condition = source_sql.comparable(_schema(entry), cursor, entry.accounted_by(cursor))
        sql = source_sql.count_comparable(spec.source, cursor, condition, limit=beyond_limit(cursor, _clock(snapshot)))
        everything, below, beyond, nulls = (int(number) for number in snapshot.query(sql)[0])
        beyond = beyond if is_counted(cursor, full=entry.full) else 0
    found = verification.bounds(below=below, everything=everything, target=state.rows, keys=state.keys)
    return found.with_note(beyond_note(beyond)).with_note(verification.null_cursor_note(nulls))


def _clock(snapshot: Snapshot) -> int:
    ((moment,),) = snapshot.query(clock_sql.NOW)
    return to_micros(moment.replace(tzinfo=UTC))


def _window(spec: TableSpec, snapshot: Snapshot, head: LogEntry, state: TargetState) -> CheckResult:
    window = head.window_read
    if head.full and state.entry == head:
        text = f"the full read of log entry {head.sequence}"
        return verification.window(source=head.rows, target=state.rows, text=text)
    if window is None or state.window_rows is None:
        return verification.not_compared(Check.WINDOW, f"log entry {head.sequence} ({head.kind}) read no window")
    if head.cursor is None:
        raise ConfigurationError("The check window needs a table with a cursor", where=spec.name)
    sql = source_sql.count_window(spec.source, _schema(head), head.cursor, window)
    rows, replaced = (int(number) for number in snapshot.query(sql)[0])
    return verification.window(source=rows, replaced=replaced, target=state.window_rows, text=str(window))


def _schema(entry: LogEntry) -> TableSchema:
    return entry.schema or TableSchema(columns=(), key=())
