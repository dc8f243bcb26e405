"""The specification of one table, resolved from YAML, defaults and overlays. Plan stores it in the log entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class LoadMode(StrEnum):
    """How rows are written to the target."""

    MERGE = "merge"
    APPEND = "append"
    REPLACE = "replace"


class Deletes(StrEnum):
    """Whether rows that were deleted at the source stay in the target or are deleted there."""

    KEEP = "keep"
    RECONCILE = "reconcile"


class OnTypeChange(StrEnum):
    """What to do if a target column needs a type change that Redshift's ALTER TABLE does not support."""

    FAIL = "fail"
    REBUILD = "rebuild"


class Strategy(StrEnum):
    """Which work runs in parallel."""

    SEQUENTIAL = "sequential"
    INTER_TABLE = "inter-table"
    INTRA_TABLE = "intra-table"


@dataclass(frozen=True, kw_only=True)
class SourceRef:
    """The MySQL table that rows are read from."""

    conn_id: str
    database: str
    table: str
    writer_conn_id: str | None = None
    pool: str | None = None
    readers: tuple[str, ...] = ()  # accounts whose running statements only read


@dataclass(frozen=True, kw_only=True)
class LakeRef:
    """The S3 location of files and state."""

    conn_id: str
    bucket: str
    prefix: str = ""
    sse: str | None = None
    kms_key: str | None = None


class Compression(StrEnum):
    """Compression inside Parquet. AWS documents that COPY reads zstd in text files only, so it is not the default."""

    SNAPPY = "snappy"
    GZIP = "gzip"
    ZSTD = "zstd"


@dataclass(frozen=True, kw_only=True)
class TargetRef:
    """The Redshift table that rows are loaded into."""

    conn_id: str
    schema: str
    table: str
    ledger_schema: str = "mysql_redshift"
    iam_role: str | None = None


@dataclass(frozen=True, kw_only=True)
class CursorRef:
    """The cursor column; ``kind`` None means that the column's type determines it."""

    column: str
    kind: str | None = None  # "unix-s", "unix-ms", "unix-us", or None
    zone: str | None = None  # of a DATETIME or DATE; None: not stated, UTC if the server's own zone is UTC
    nulls: str = "fail"  # fail | load


@dataclass(frozen=True, kw_only=True)
class ColumnsRef:
    """Which columns are replicated, and under which names."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rename: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LayoutRef:
    """The physical layout of a new target table."""

    dist_style: str | None = None
    dist_key: str | None = None
    sort_key: tuple[str, ...] = ()
    encode: dict[str, str] = field(default_factory=dict)  # compression by column; Redshift chooses the others
    declare_key: bool | None = None  # declare the primary key; None: unless it may be false in Redshift


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """The complete configuration of one table. Durations are in seconds, sizes in bytes."""

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
    lag: float | None = None  # None: 2 s if transactions are visible, else 30 s
    max_hold: float = 3600.0
    batch_rows: int = 131_072
    chunk_rows: int = 2_000_000
    max_chunks: int = 32
    part_bytes: int = 256 * 1024 * 1024
    compression: Compression = Compression.SNAPPY
    allow_empty_replace: bool = False
    deletes: Deletes = Deletes.KEEP
    on_type_change: OnTypeChange = OnTypeChange.FAIL
    checks: tuple[str, ...] = ("custody", "bounds")  # the checks that a run makes
    may_sleep: bool = False  # a run with nothing to load or count does not query Redshift
    columns: ColumnsRef = field(default_factory=ColumnsRef)
    layout: LayoutRef = field(default_factory=LayoutRef)
    policies: dict[str, str] = field(default_factory=dict)  # type policies for all columns
    column_policies: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The table's name in messages: pipeline, database and table."""
        return f"{self.pipeline}: {self.source.database}.{self.source.table}"

    @property
    def route(self) -> str:
        """Source and target as messages name them."""
        return f"{self.name} -> {self.target.schema}.{self.target.table}"

    def reconciles(self, checks: Iterable[str]) -> bool:
        """Return whether a verification with these checks deletes what the source no longer has."""
        return self.deletes is Deletes.RECONCILE and "keys" in checks
