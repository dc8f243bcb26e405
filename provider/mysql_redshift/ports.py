"""Interfaces between the steps and MySQL, S3, Parquet and Redshift; the adapters implement them.

Methods raise only errors of ``mysql_redshift.errors``: the adapter translates the errors of its driver. MemoryStore and
S3Store pass one contract suite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.core.types.column import SourceTable, TableSchema


class Batch(Protocol):
    """Rows in the columns of a TableSchema: a ``pyarrow.RecordBatch``, opaque to the steps."""

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        ...


class RowStream(Protocol):
    """Batches of one SELECT, streamed. Each value is exact or handled by a declared policy."""

    def __iter__(self) -> Iterator[Batch]: ...

    @property
    def policy_counts(self) -> Mapping[str, int]:
        """The number of values that each policy applied to, by "column: policy"; complete after the last batch."""
        ...


class Snapshot(Protocol):
    """One read-only consistent snapshot of the source."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result as Python values."""
        ...

    def stream(self, sql: str, schema: TableSchema, *, batch_rows: int) -> RowStream:
        """Stream a SELECT of exactly the schema's columns in their order. Only one stream may be open."""
        ...


class Source(Protocol):
    """A MySQL or MariaDB server; the time zone of every session is UTC. The creator closes it."""

    def describe(self, database: str, table: str) -> SourceTable:
        """Read the catalogue. If the table is missing, raise SourceError that names similar tables."""
        ...

    def clock(self, readers: Collection[str] = ()) -> ClockReading:
        """Read the writer's clock, then its open writers. ``readers``: accounts that are declared to only read."""
        ...

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result, outside any snapshot."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a consistent snapshot on a separate connection."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object's body and its ETag (without quotes)."""

    body: bytes
    etag: str


@dataclass(frozen=True, kw_only=True)
class ObjectInfo:
    """An object's metadata from a listing or a HEAD request; ``modified`` is ISO 8601 in UTC."""

    key: str
    size: int
    etag: str
    modified: str


class ObjectStore(Protocol):
    """One bucket."""

    def get(self, key: str) -> StoredObject | None:
        """Read an object; return None only if S3 reports that it does not exist."""
        ...

    def put(self, key: str, body: bytes) -> str:
        """Write an object, overwriting any existing one; return its ETag."""
        ...

    def put_new(self, key: str, body: bytes) -> bool:
        """Create an object with If-None-Match: return True if this call created it, False if the key already existed.

        After a lost reply the object is read again and the bodies are compared; so an object with an identical body
        counts as created by this call. OutcomeUnknown is raised if this does not decide the outcome.
        """
        ...

    def upload(self, key: str, path: Path) -> ObjectInfo:
        """Upload a file, in parts if it is large; return the metadata that S3 then reports."""
        ...

    def head(self, key: str) -> ObjectInfo | None:
        """Return an object's metadata; None only if S3 reports that it does not exist."""
        ...

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield all objects under the prefix in key order, page by page."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, up to 1,000 per request; raise StoreError that names those S3 refused to delete."""
        ...

    def uri(self, key: str) -> str:
        """Return ``s3://bucket/key``."""
        ...


@dataclass(frozen=True, kw_only=True)
class EncodedPart:
    """A finished local Parquet file; ``rows`` is the count read back from its footer."""

    path: Path
    rows: int


class Encoder(Protocol):
    """Writes Parquet."""

    def parts(self, batches: Iterable[Batch], schema: TableSchema, *, part_bytes: int) -> Iterator[EncodedPart]:
        """Yield each finished file; it may be deleted when the next one is requested. Without rows, yield nothing."""
        ...


@dataclass(frozen=True, kw_only=True)
class TargetColumn:
    """One column of a Redshift table; ``type`` is spelled as in svv_columns and pg_table_def, lengths in bytes."""

    name: str
    type: str
    nullable: bool = True


@dataclass(frozen=True, kw_only=True)
class TargetTable:
    """A table in Redshift's catalogue."""

    oid: int
    columns: tuple[TargetColumn, ...]


@dataclass(frozen=True, kw_only=True)
class MissingPrivileges:
    """What the user may not do, as far as Redshift shows it.

    ``rights``: one phrase per right that every load needs and the user lacks. ``may_alter``: whether ALTER TABLE on the
    target is allowed. ``has_roles``: the user holds roles, whose rights Redshift's functions may not show, so a missing
    right is uncertain.
    """

    rights: tuple[str, ...] = ()
    may_alter: bool = True
    has_roles: bool = False


class WarehouseSession(Protocol):
    """One Redshift session; every statement except those of ``alone`` runs inside a transaction."""

    def execute(self, sql: str) -> int:
        """Run a statement in the open transaction; return the affected rows, -1 if Redshift does not report them."""
        ...

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        ...

    def alone(self, sql: str) -> None:
        """Run a statement outside a transaction (ALTER COLUMN TYPE, VACUUM). No transaction may be open."""
        ...

    def copy(self, sql: str) -> int:
        """Run a COPY; return pg_last_copy_count(). If it fails, raise TargetError with the system view's full text."""
        ...

    def describe(self, schema: str, table: str) -> TargetTable | None:
        """Read the catalogue; return None if the table does not exist."""
        ...

    def missing_privileges(self, ref: TargetRef) -> MissingPrivileges:
        """Return what a load of this target needs and the user lacks."""
        ...

    def commit(self) -> None:
        """Commit; raise OutcomeUnknown if the reply is lost."""
        ...

    def rollback(self) -> None:
        """Roll back; do nothing if the connection is already closed."""
        ...


class Warehouse(Protocol):
    """A Redshift cluster, reached through a tunnel."""

    def session(
        self, label: str = "", *, statement_timeout: float | None = None
    ) -> AbstractContextManager[WarehouseSession]:
        """Open a tunnel and a connection. Sessions left over under the same ``label`` are terminated first.

        Without a label the session has no predecessor.
        """
        ...
