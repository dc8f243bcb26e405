"""What a verification sees at Redshift: ledger and target in one snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from mysql_redshift.core import ledger
from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.ports import WarehouseSession
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.target import table as target

MOST_ENTRIES = 1000  # log entries compared with the ledger in one verify: the newest


@dataclass(frozen=True, kw_only=True)
class TargetState:
    """What one Redshift snapshot showed; ``entry`` is the log entry at the ledger's head.

    ``log`` and ``ledger`` hold rows by sequence; ``known`` are sequences whose rows were compared before.
    """

    entry: LogEntry | None
    rows: int
    keys: int | None
    log: dict[int, int]
    ledger: dict[int, tuple[int, int]]
    known: range
    window_rows: int | None

    @property
    def position(self) -> Position | None:
        """How far the target has come."""
        return self.entry.position_to if self.entry is not None else None


def read_target_state(
    spec: TableSpec,
    session: WarehouseSession,
    schema: TableSchema,
    journal: Journal,
    head: LogEntry,
    *,
    known: int = 0,
) -> TargetState:
    """Read ledger and target in one transaction, before the source is asked.

    Log entries up to ``known`` are not read again: each is a request to S3, and none of them changes.
    """
    has_ledger = session.describe(spec.target.ledger_schema, ledger.table_name(spec.target)) is not None
    has_target = session.describe(spec.target.schema, spec.target.table) is not None
    last = target.read_ledger_head(spec, session) if has_ledger else LedgerHead()
    start = max(head.sequence - MOST_ENTRIES, 0)
    rows = session.query(ledger.select_range(spec.target, after=start, most=MOST_ENTRIES)) if has_ledger else []
    read_from = min(max(start, known), head.sequence)
    entries = journal.after(read_from, through=head.sequence)
    count, keys, in_window = 0, 0 if schema.key else None, 0 if head.window_read is not None else None
    if has_target:
        count = _number(session, merge_sql.count_target(spec.target))
        keys = _number(session, merge_sql.count_target_keys(spec.target, schema)) if schema.key else None
        if head.window_read is not None and head.cursor is not None:
            in_window = _number(
                session, merge_sql.count_target_window(spec.target, schema, head.cursor, head.window_read)
            )
    return TargetState(
        entry=journal.read(last.sequence) if last.sequence else None,
        rows=count,
        keys=keys,
        log=_pending_counts(entries, last.sequence),
        known=range(start + 1, read_from + 1),
        ledger={int(r[0]): (int(r[1]), int(r[2])) for r in rows},
        window_rows=in_window,
    )


def _pending_counts(entries: Iterable[LogEntry], loaded: int) -> dict[int, int]:
    """Rows by sequence; entries without files above the ledger's head were rightly left there."""
    return {e.sequence: e.rows for e in islice(entries, MOST_ENTRIES) if e.files or e.full or e.sequence <= loaded}


def _number(session: WarehouseSession, sql: str) -> int:
    return int(session.query(sql)[0][0])
