"""``watermark.json``: what operators read. A cache of log and ledger, rebuilt from them; nothing is decided from it.

``docs/protocol.md`` specifies the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, PositionKind, format_time
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import MysqlRedshiftError, StateError
from mysql_redshift.ports import ObjectStore
from mysql_redshift.steps.state.stamps import now_text

VERSION = 1
EXTRACTIONS = (EntryKind.EXTRACT, EntryKind.EMPTY, EntryKind.REPAIR)  # the other kinds read no rows


@dataclass(frozen=True, kw_only=True)
class CheckPass:
    """When a check last passed, and the ledger head at that time."""

    sequence: int
    at: str


@dataclass(frozen=True, kw_only=True)
class WatermarkState:
    """The fields that operators know from the predecessor of this provider, and the state of log and ledger."""

    table_name: str
    version: int = VERSION
    last_mysql_data_timestamp: str | None = None
    last_processed_id: int | None = None
    last_mysql_extraction_time: str | None = None
    mysql_status: str = "pending"
    mysql_rows_extracted: int = 0
    mysql_rows_beyond_clock: int | None = None
    last_redshift_load_time: str | None = None
    redshift_status: str = "pending"
    redshift_rows_loaded: int = 0
    backup_strategy: str = "sequential"
    last_error: str | None = None
    created_at: str = ""
    updated_at: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    position: Position | None = None
    log_extracted: int = 0
    log_loaded: int = 0
    verified_through: Position | None = None
    checks_passed: dict[str, CheckPass] = field(default_factory=dict)


def read(spec: TableSpec, store: ObjectStore) -> WatermarkState:
    """Return the cache; a fresh one if it is missing, unreadable, of another version or of another table."""
    fresh = WatermarkState(table_name=f"{spec.source.database}.{spec.source.table}", created_at=now_text())
    layout = TableLayout.of(spec)
    stored = store.get(layout.watermark)
    if stored is None:
        return fresh
    try:
        found = codec.from_json(WatermarkState, stored.body, where=store.uri(layout.watermark))
    except StateError:
        return fresh
    return found if (found.version, found.table_name) == (fresh.version, fresh.table_name) else fresh


def write(spec: TableSpec, store: ObjectStore, state: WatermarkState) -> WatermarkState:
    """Write the cache with the spec's strategy and the current time."""
    state = replace(state, backup_strategy=spec.strategy.value, updated_at=now_text())
    store.put(TableLayout.of(spec).watermark, codec.to_json(state))
    return state


def with_entry(state: WatermarkState, entry: LogEntry) -> WatermarkState:
    """Return the state after ``entry`` became the log head."""
    to = entry.position_to
    is_time = to is not None and to.kind is PositionKind.TIME
    if entry.kind in EXTRACTIONS:
        state = replace(
            state,
            last_mysql_extraction_time=entry.created_at,
            mysql_rows_extracted=entry.rows,
            mysql_rows_beyond_clock=entry.rows_beyond_clock,
        )
    return replace(
        state,
        position=to,
        last_mysql_data_timestamp=format_time(to.value) if to is not None and is_time else None,
        last_processed_id=to.value - 1 if to is not None and not is_time else None,
        mysql_status="success",
        log_extracted=entry.sequence,
        last_error=None,
    )


def redshift_succeeded(state: WatermarkState) -> WatermarkState:
    """Return the state after a load or a complete verification; a failure of the stage mysql stays visible."""
    error = state.last_error if state.mysql_status == "failed" else None
    return replace(state, redshift_status="success", last_error=error)


def note_failure(spec: TableSpec, store: ObjectStore, *, stage: str, error: MysqlRedshiftError) -> None:
    """Record status and error of a failed stage (``mysql``, ``redshift`` or ``verify``); never move a position.

    After a failed verification every check is due again, even if a load succeeds in between. A table that never ran
    has no cache, and a failure of its first plan writes nothing. If S3 itself failed, a note is added to the error.
    """
    text = str(error)[:2000]
    try:
        if store.head(TableLayout.of(spec).watermark) is None:
            return
        state = read(spec, store)
        if stage == "mysql":
            write(spec, store, replace(state, mysql_status="failed", last_error=text))
        else:
            if stage == "verify":
                state = replace(state, checks_passed={})
            write(spec, store, replace(state, redshift_status="failed", last_error=text))
    except MysqlRedshiftError as exc:
        error.add_note(f"The failure could not be recorded in watermark.json: {exc.what}")
