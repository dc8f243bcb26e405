"""What a verification reads from Redshift: ledger and target in one snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.ports import WarehouseSession
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.ledger import Ledger
from mysql_redshift.steps.verification.known_target import read_known_target

MOST_ENTRIES = 1000  # log entries compared with the ledger per verification: the newest


@dataclass(frozen=True, kw_only=True)
class TargetState:
    """What one Redshift snapshot showed. ``entry``: the log entry at the ledger head. ``keys``: distinct keys, if any.

    ``log`` and ``ledger`` hold rows by sequence; ``known``: sequences that an earlier verification compared.
    ``unread``: the last sequence that is too old to be looked at, 0 if there is none.
    """

    entry: LogEntry | None
    rows: int
    keys: int | None
    log: dict[int, int]
    ledger: dict[int, tuple[int, int]]
    known: range
    window_rows: int | None
    unread: int

    @property
    def position(self) -> Position | None:
        """The position that the target has reached."""
        return self.entry.position_to if self.entry is not None else None


def read_target_state(
    spec: TableSpec,
    session: WarehouseSession,
    journal: Journal,
    head: LogEntry,
    *,
    known: int = 0,
    loaded: int = 0,
    adopting: int = 0,
) -> TargetState:
    """Read ledger and target in one transaction, before the source is queried.

    Log entries up to ``known`` are not read again: each costs a request to S3, and none of them changes.
    ``loaded`` and ``adopting`` are those of ``read_known_target``.

    Raises:
        DataCheckFailed: ledger or target are not those that were loaded; their counts would mean nothing.
        StateError: the ledger belongs to another log.

    """
    ledger_head, table = read_known_target(spec, session, log_uri=journal.uri, loaded=loaded, adopting=adopting)
    sequence = ledger_head.sequence
    start = max(head.sequence - MOST_ENTRIES, 0)
    rows = Ledger(spec, session).rows(after=start, limit=MOST_ENTRIES)
    read_from = min(max(start, known), head.sequence)
    entries = journal.after(read_from, through=head.sequence)
    counts = _count(spec, session, head, exists=table is not None)
    return TargetState(
        entry=journal.read(sequence) if sequence else None,
        rows=counts.rows,
        keys=counts.keys,
        log=_expected_rows(entries, sequence),
        known=range(start + 1, read_from + 1),
        ledger=rows,
        window_rows=counts.window,
        unread=start,
    )


@dataclass(frozen=True, kw_only=True)
class _Counts:
    rows: int
    keys: int | None
    window: int | None


def _count(spec: TableSpec, session: WarehouseSession, head: LogEntry, *, exists: bool) -> _Counts:
    schema = head.schema or TableSchema(columns=(), key=())
    window = head.window_read
    if not exists:
        return _Counts(rows=0, keys=0 if schema.key else None, window=0 if window is not None else None)
    rows = _number(session, target_sql.count(spec.target))
    keys = _number(session, target_sql.count_keys(spec.target, schema)) if schema.key else None
    if window is None:
        return _Counts(rows=rows, keys=keys, window=None)
    if head.cursor is None:
        return _Counts(rows=rows, keys=keys, window=0)
    in_window = _number(session, target_sql.count_window(spec.target, schema, head.cursor, window))
    return _Counts(rows=rows, keys=keys, window=in_window)


def _expected_rows(entries: Iterable[LogEntry], loaded: int) -> dict[int, int]:
    """Return rows by sequence; entries without work above the ledger head need not be loaded."""
    return {e.sequence: e.rows for e in islice(entries, MOST_ENTRIES) if e.has_work or e.sequence <= loaded}


def _number(session: WarehouseSession, sql: str) -> int:
    return int(session.query(sql)[0][0])
