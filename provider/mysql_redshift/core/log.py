"""The log of one table: append-only, totally ordered, and the only thing that moves a position."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from mysql_redshift.core.clock import Observation
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import StateError

VERSION = 1


class EntryKind(StrEnum):
    """Why a position moved, or why files were added."""

    EXTRACT = "extract"
    EMPTY = "empty"
    SET = "set"
    RESET = "reset"
    REPAIR = "repair"
    RECONCILE = "reconcile"  # files hold every key of the source; rows whose key is not there leave the target


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """One Parquet file of an entry; ``rows`` is what its footer says, ``etag`` what S3 answered."""

    key: str
    size: int
    rows: int
    etag: str
    chunk: int = 0
    part: int = 0


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One commit of stage one. ``position_to`` None means: nothing is done, the next run reads from the oldest row.

    ``full`` says that the files hold every row of the source, so that loading them replaces what came before.
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
    gap_end: Position | None = None  # rows below were left out on purpose (a gap); None: nothing was
    policy_counts: dict[str, int] = field(default_factory=dict)  # values a policy acted on, by "column: policy"
    actor: str = ""
    run_id: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise StateError(
                "This log entry was written by another version of the provider",
                where=f"sequence {self.sequence}",
                expected=f"version {VERSION}",
                found=f"version {self.version}",
                remedy="Run a provider version that knows it.",
            )

    @property
    def window_read(self) -> Window | None:
        """The window as far as every row of it was read: with a row limit it ends where the position does."""
        to = self.position_to
        if self.window is None or to is None or to.key is None:
            return self.window
        return replace(self.window, upper=min(self.window.upper, to.value))

    @property
    def rows(self) -> int:
        """Rows in all files, by their footers."""
        return sum(file.rows for file in self.files)
