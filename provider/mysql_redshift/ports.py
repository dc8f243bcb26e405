"""What the steps need of the outside world. Adapters provide it; fakes and adapters pass the same contract tests.

Every method raises the errors of ``mysql_redshift.errors`` only: drivers' errors are translated in the adapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.types.column import SourceTable, TableSchema


class Batch(Protocol):
    """Some rows in the columns of a TableSchema: a ``pyarrow.RecordBatch``, opaque to the steps."""

    @property
    def num_rows(self) -> int:
        """How many rows."""
        ...


class RowStream(Protocol):
    """Batches of one SELECT, read as they come, each value exact or handled by a declared policy."""

    def __iter__(self) -> Iterator[Batch]: ...

    @property
    def policy_counts(self) -> Mapping[str, int]:
        """After the last batch: how many values a policy acted on, by "column: policy"."""
        ...


class Snapshot(Protocol):
    """One read-only consistent snapshot of the source."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole, with Python values."""
        ...

    def stream(self, sql: str, schema: TableSchema, *, batch_rows: int) -> RowStream:
        """Read a SELECT of exactly the schema's columns in their order. One stream at a time."""
        ...


class Source(Protocol):
    """A MySQL or MariaDB server, in sessions whose zone is UTC. Closed by whoever made it."""

    def describe(self, database: str, table: str) -> SourceTable:
        """Read the catalogue. Raises SourceError naming near misses where the table is missing."""
        ...

    def clock(self) -> ClockReading:
        """Read the writer's clock, then its open writers."""
        ...

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole, outside any snapshot."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a consistent snapshot on a connection of its own."""
        ...

    def close(self) -> None:
        """End every connection."""
        ...


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object's body and its ETag (without quotes)."""

    body: bytes
    etag: str


@dataclass(frozen=True, kw_only=True)
class ObjectInfo:
    """What a listing or a HEAD says; ``modified`` is ISO 8601 in UTC."""

    key: str
    size: int
    etag: str
    modified: str


class ObjectStore(Protocol):
    """One bucket."""

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None only where S3 says that it does not exist."""
        ...

    def put(self, key: str, body: bytes) -> str:
        """Write an object whatever was there; return its ETag."""
        ...

    def put_new(self, key: str, body: bytes) -> bool:
        """Create an object with If-None-Match. True: created by this very call. False: the key was taken before.

        A lost reply is settled by reading the object again and comparing bodies; what cannot be settled raises
        OutcomeUnknown.
        """
        ...

    def upload(self, key: str, path: Path) -> ObjectInfo:
        """Upload a file in parts where it is large; return what S3 then says of the object."""
        ...

    def head(self, key: str) -> ObjectInfo | None:
        """Describe an object; None only where S3 says that it does not exist."""
        ...

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in key order, page by page, to the end."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, up to 1,000 a request; raises StoreError naming any that S3 refused to delete."""
        ...

    def uri(self, key: str) -> str:
        """Return ``s3://bucket/key``."""
        ...


@dataclass(frozen=True, kw_only=True)
class EncodedPart:
    """A finished local Parquet file; ``rows`` was read back from its footer."""

    path: Path
    rows: int


class Encoder(Protocol):
    """Writes Parquet."""

    def parts(self, batches: Iterable[Batch], schema: TableSchema, *, part_bytes: int) -> Iterator[EncodedPart]:
        """Yield each finished file; it may be deleted as soon as the next one is asked for. No rows: no part."""
        ...


@dataclass(frozen=True, kw_only=True)
class TargetColumn:
    """One column of a Redshift table; ``type`` as svv_columns / pg_table_def spell it, ``length`` in bytes."""

    name: str
    type: str
    nullable: bool = True


@dataclass(frozen=True, kw_only=True)
class TargetTable:
    """What Redshift's catalogue says of a table."""

    oid: int
    columns: tuple[TargetColumn, ...]


class WarehouseSession(Protocol):
    """One Redshift session inside a transaction, unless ``alone`` is used."""

    def execute(self, sql: str) -> int:
        """Run a statement in the open transaction; return the rows it touched, -1 where Redshift does not say."""
        ...

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole."""
        ...

    def alone(self, sql: str) -> None:
        """Run a statement outside any transaction block (ALTER COLUMN TYPE, VACUUM). None may be open."""
        ...

    def copy(self, sql: str) -> int:
        """Run a COPY and return pg_last_copy_count(). A refusal raises TargetError with the system view's full text."""
        ...

    def describe(self, schema: str, table: str) -> TargetTable | None:
        """Read the catalogue; None where the table does not exist."""
        ...

    def missing_privileges(self, schema: str, table: str, ledger_schema: str) -> list[str]:
        """Say, a sentence each, what a load would need and the user may not do."""
        ...

    def commit(self) -> None:
        """Commit. A lost reply raises OutcomeUnknown."""
        ...

    def rollback(self) -> None:
        """Roll back; silent where the connection is gone."""
        ...


class Warehouse(Protocol):
    """A Redshift cluster behind its tunnel."""

    def session(
        self, label: str, *, statement_timeout: float | None = None
    ) -> AbstractContextManager[WarehouseSession]:
        """Open a tunnel and a connection of its own. Sessions left behind under the same ``label`` are ended first."""
        ...
