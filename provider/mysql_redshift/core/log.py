"""The log of one table: append-only, totally ordered, and the only thing that moves a position.

``docs/protocol.md`` specifies the format.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from mysql_redshift.core.accounted import CursorRange, Ranges, without_keys
from mysql_redshift.core.clock import Observation
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import StateError

VERSION = 1  # of the log's format; docs/protocol.md has the upgrade rule


class EntryKind(StrEnum):
    """Why an entry moved the position or added files."""

    EXTRACT = "extract"
    EMPTY = "empty"  # the window was read and held no rows
    REPAIR = "repair"  # a window below the position was read again
    RECONCILE = "reconcile"  # the files hold every key of the source; the load deletes target rows with other keys
    ADOPT = "adopt"  # an operator accepts another table as the target that was loaded
    SET = "set"
    RESET = "reset"


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """One Parquet file of an entry. ``rows`` is read from its footer, ``size`` (bytes) and ``etag`` from S3."""

    key: str
    size: int
    rows: int
    etag: str
    chunk: int = 0
    part: int = 0


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The table that takes the place of the loaded one, and the ledger head at which it was compared with the source.

    It is accepted only while the ledger's head is that one.
    """

    target_oid: int
    ledger_head: int


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One commit of stage one. ``position_to`` None means that nothing is done: the next run reads from the oldest row.

    ``full``: the files hold every row of the source, so loading them replaces what came before.
    """

    version: int = VERSION
    sequence: int
    kind: EntryKind
    run_key: str
    created_at: str
    position_from: Position | None
    position_to: Position | None
    spec: TableSpec
    load: LoadMode | None = None
    full: bool = False
    cursor: Cursor | None = None
    window: Window | None = None
    files: tuple[LogFile, ...] = ()
    source_rows: int = 0
    schema: TableSchema | None = None
    fingerprint: str = ""
    cursor_range: tuple[str, str] | None = None
    safe_point_reason: str = ""
    server_uuid: str = ""
    observation: Observation | None = None
    accounted: tuple[CursorRange, ...] = ()  # rows that this entry or one before it read
    last_read: Position | None = None  # with a row limit: the last (cursor, key) read, if rows may follow it
    nulls_read: bool = False  # rows with a NULL cursor were read again
    rows_beyond_clock: int | None = None  # 100,001 stands for more; None: not counted
    newest_cursor: str | None = None  # up to a day beyond the clock, as text; None: not known
    policy_counts: dict[str, int] = field(default_factory=dict)  # values that a policy changed, by "column: policy"
    adopted: Adoption | None = None
    actor: str = ""
    run_id: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.version > VERSION:
            raise StateError(
                "This log entry was written by a newer version of the provider",
                where=f"{self.spec.name}, log entry {self.sequence}",
                expected=f"format version {VERSION} or lower",
                found=f"format version {self.version}",
                remedy="Upgrade the provider.",
            )

    @classmethod
    def after(cls, head: LogEntry | None, **fields: Any) -> Self:
        """Return the entry that follows ``head``: next sequence, same position, schema, cursor, server and rows read.

        ``fields`` are the entry's own; they override what is taken from ``head``.
        """
        inherited: dict[str, Any] = {"sequence": 1, "position_from": None, "position_to": None}
        if head is not None:
            inherited = {
                "sequence": head.sequence + 1,
                "position_from": head.position_to,
                "position_to": head.position_to,
                "cursor": head.cursor,
                "schema": head.schema,
                "server_uuid": head.server_uuid,
                "accounted": head.accounted,
            }
        return cls(**(inherited | fields))

    def accounted_by(self, cursor: Cursor | None, schema: TableSchema | None = None) -> Ranges:
        """Return the rows that were read; nothing if ``cursor`` is not the one they were read by.

        If the key in ``schema`` is another one, no limit has a key.
        """
        if cursor is None or self.cursor is None or cursor.meaning != self.cursor.meaning:
            return ()
        same_key = schema is None or self.schema is None or schema.key == self.schema.key
        return self.accounted if same_key else without_keys(self.accounted)

    @property
    def window_read(self) -> Window | None:
        """The window in which every row was read: with a row limit it ends before the last cursor value read."""
        if self.window is None or self.last_read is None:
            return self.window
        return replace(self.window, upper=min(self.window.upper, self.last_read.value))

    @property
    def read_up_to(self) -> int | None:
        """The cursor value at and above which this entry read no row; None for a full entry and without a window."""
        if self.full or self.window is None:
            return None
        return self.window.upper if self.last_read is None else self.last_read.value + 1

    @property
    def has_work(self) -> bool:
        """Whether a load has something to apply: files; a full read or a key file, which may hold no rows; a target."""
        return bool(self.files) or self.full or self.kind in (EntryKind.RECONCILE, EntryKind.ADOPT)

    @property
    def rows(self) -> int:
        """Rows in all files, by their footers."""
        return sum(file.rows for file in self.files)
