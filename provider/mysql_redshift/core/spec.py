"""The resolved specification of one table: what YAML, defaults and overlays come to. Plan freezes it into the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class LoadMode(StrEnum):
    """How rows reach the target."""

    MERGE = "merge"
    APPEND = "append"
    REPLACE = "replace"


class Deletes(StrEnum):
    """What becomes of rows that were deleted at the source."""

    KEEP = "keep"
    RECONCILE = "reconcile"


class OnTypeChange(StrEnum):
    """What becomes of a target column whose type has to change in a way that Redshift cannot alter."""

    FAIL = "fail"
    REBUILD = "rebuild"


class Strategy(StrEnum):
    """Where the parallelism lies."""

    SEQUENTIAL = "sequential"
    INTER_TABLE = "inter-table"
    INTRA_TABLE = "intra-table"


@dataclass(frozen=True, kw_only=True)
class SourceRef:
    """Where rows come from."""

    conn_id: str
    database: str
    table: str
    writer_conn_id: str | None = None
    pool: str | None = None


@dataclass(frozen=True, kw_only=True)
class LakeRef:
    """Where files and state live."""

    conn_id: str
    bucket: str
    prefix: str = ""
    sse: str | None = None
    kms_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class TargetRef:
    """Where rows go."""

    conn_id: str
    schema: str
    table: str
    ledger_schema: str = "mysql_redshift"
    iam_role: str | None = None


@dataclass(frozen=True, kw_only=True)
class CursorRef:
    """The cursor column; ``kind`` None means: as its type says."""

    column: str
    kind: str | None = None  # "unix-s", "unix-ms", "unix-us", or None
    zone: str = "UTC"
    nulls: str = "fail"  # fail | load


@dataclass(frozen=True, kw_only=True)
class ColumnsRef:
    """Which columns travel, and under which names."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rename: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LayoutRef:
    """How a new target table is laid out."""

    dist_style: str | None = None
    dist_key: str | None = None
    sort_key: tuple[str, ...] = ()
    encode: dict[str, str] = field(default_factory=dict)  # compression by column; the others are Redshift's choice


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """Everything that is configured for one table. Seconds are seconds, bytes are bytes."""

    pipeline: str
    environment: str
    source: SourceRef
    lake: LakeRef
    target: TargetRef
    strategy: Strategy = Strategy.INTER_TABLE
    cursor: CursorRef | None = None
    key: tuple[str, ...] = ()  # empty: the primary key, else a unique key of NOT NULL columns
    load: LoadMode | None = None  # None: replace without a cursor, merge with a key, else append
    lookback: float = 0.0
    lag: float | None = None  # None: 2 s where transactions are visible, else 30 s
    max_hold: float = 3600.0
    batch_rows: int = 131_072
    chunk_rows: int = 2_000_000
    max_chunks: int = 32
    part_bytes: int = 256 * 1024 * 1024
    allow_empty_replace: bool = False
    deletes: Deletes = Deletes.KEEP
    on_type_change: OnTypeChange = OnTypeChange.FAIL
    checks: tuple[str, ...] = ("custody", "bounds")  # what a run verifies
    columns: ColumnsRef = field(default_factory=ColumnsRef)
    layout: LayoutRef = field(default_factory=LayoutRef)
    policies: dict[str, str] = field(default_factory=dict)  # type policies for all columns
    column_policies: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table as messages name it: pipeline, database and table."""
        return f"{self.pipeline}: {self.source.database}.{self.source.table}"
