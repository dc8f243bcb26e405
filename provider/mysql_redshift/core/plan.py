"""What a plan decided, handed from task to task; and what each extract answers."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """One run's reading, decided before any row is touched. ``sequence`` is the log's head + 1 as plan saw it.

    ``chunks`` is empty where there is nothing to read; publish then adds an entry without files. With ``skip`` set not
    even that happens (mode redshift-only, dry run): ``work`` is what is to be extracted.
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
    observation: Observation | None = None
    gap_end: Position | None = None
    skip: bool = False
    notes: tuple[str, ...] = ()

    @property
    def work(self) -> tuple[Chunk, ...]:
        """The chunks to extract: none where the run only shows its plan."""
        return () if self.skip else self.chunks


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What one chunk's extraction counted; ``rows`` were counted, read, written and found in the footers alike."""

    run_key: str
    chunk: int
    rows: int
    files: tuple[LogFile, ...]
    cursor_range: tuple[str, str] | None = None
    last: Position | None = None  # with a row limit: the last (cursor, key) read
    policy_counts: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    peak_memory: int = 0  # bytes, of the reading process
