"""What a plan decided, passed from task to task, and what each extraction returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from mysql_redshift.core.accounted import CursorRange
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.clock import Observation
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind, LogFile
from mysql_redshift.core.position import Position
from mysql_redshift.core.request import RunRequest
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.window import Window


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one run reads, decided before any row is read. ``sequence`` is the log head + 1 as plan read it.

    ``chunks`` is empty if there is nothing to read; publish then adds an entry without files. ``skip`` (mode
    redshift-only, dry run): nothing is extracted or published. ``server_uuid`` goes into the log; ``writer_uuid`` is
    the writer that every chunk must be read from, empty if the source is a replica or the table has no cursor.
    """

    spec: TableSpec
    request: RunRequest
    run_key: str
    sequence: int
    kind: EntryKind
    load: LoadMode
    full: bool
    table_schema: TableSchema | None
    cursor: Cursor | None
    position_from: Position | None
    position_to: Position | None
    window: Window | None
    chunks: tuple[Chunk, ...]
    safe_point_reason: str = ""
    server_uuid: str = ""
    writer_uuid: str = ""
    observation: Observation | None = None
    accounted: tuple[CursorRange, ...] = ()  # rows read before, or by this run if it is full
    nulls_read: bool = False
    rows_beyond_clock: int | None = None
    newest_cursor: str | None = None
    skip: bool = False
    notes: tuple[str, ...] = ()

    @property
    def work(self) -> tuple[Chunk, ...]:
        """The chunks to extract; none if the plan is only shown."""
        return () if self.skip else self.chunks


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the extraction of one chunk counted; ``rows`` is the count in the snapshot, of rows read and of the footers.

    ``cursor_range``: smallest and largest cursor value as text. ``last``: with a row limit, the last (cursor, key)
    read. ``peak_memory``: bytes, of the reading process.
    """

    run_key: str
    chunk: int
    rows: int
    files: tuple[LogFile, ...]
    cursor_range: tuple[str, str] | None = None
    last: Position | None = None
    policy_counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    peak_memory: int = 0
