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
from mysql_redshift.steps.verification.target_state import TargetState


def count_source(
    spec: TableSpec, source: Source, head: LogEntry, state: TargetState, wanted: frozenset[Check]
) -> list[CheckResult]:
    """Run the checks that count at the source.

    On a replica, only a snapshot waits for what the writer had committed. A replica that is behind the target would
    hold fewer rows than a correct target, or too few to reveal a loss.
    """
    results = []
    with source.snapshot() as snapshot:
        if Check.BOUNDS in wanted:
            results.append(_bounds(spec, snapshot, head, state))
        if Check.WINDOW in wanted and state.window_rows is not None:
            results.append(_window(spec, snapshot, head, state.window_rows))
    return results


def _bounds(spec: TableSpec, snapshot: Snapshot, head: LogEntry, state: TargetState) -> CheckResult:
    cursor, entry, position, beyond = head.cursor, state.entry, state.position, 0
    if cursor is None and entry is not None and entry.full:
        below = everything = entry.rows  # a full read is exact, whatever the source did since
    elif cursor is None or entry is None or position is None:
        below, everything = 0, int(snapshot.query(source_sql.count_all(spec.source))[0][0])
    else:
        limit = beyond_limit(cursor, _clock(snapshot))
        sql = source_sql.counts_below(
            spec.source, _schema(head), cursor, gap_end=entry.gap_end, upper=position, limit=limit
        )
        below, everything, beyond = (int(number) for number in snapshot.query(sql)[0])
        beyond = beyond if is_counted(cursor, full=entry.full) else 0
    found = verification.bounds(below=below, everything=everything, target=state.rows, keys=state.keys)
    return found.with_note(beyond_note(beyond))


def _clock(snapshot: Snapshot) -> int:
    ((moment,),) = snapshot.query(clock_sql.NOW)
    return to_micros(moment.replace(tzinfo=UTC))


def _window(spec: TableSpec, snapshot: Snapshot, head: LogEntry, target_rows: int) -> CheckResult:
    if head.window_read is None or head.cursor is None:
        raise ConfigurationError("The check window needs a table with a cursor", where=spec.name)
    sql = source_sql.count_window(spec.source, _schema(head), head.cursor, head.window_read)
    rows = int(snapshot.query(sql)[0][0])
    return verification.window(source=rows, target=target_rows, text=str(head.window_read))


def _schema(head: LogEntry) -> TableSchema:
    return head.schema or TableSchema(columns=(), key=())
