"""The ports with a word said before and after every call: where a fault can strike, and what a trace lists.

A point's name says the call and what it is about, so that it means the same in every run: ``put_new log``, ``LOCK``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.types.column import SourceTable, TableSchema
from mysql_redshift.ports import (
    Batch,
    EncodedPart,
    Encoder,
    ObjectInfo,
    ObjectStore,
    RowStream,
    Snapshot,
    Source,
    StoredObject,
    TargetTable,
    Warehouse,
    WarehouseSession,
)

At = Callable[[str, str], None]  # (side, name): side is "before" or "after"
OPAQUE = re.compile(r"[ft]_[0-9a-f]{8,10}|[0-9a-f]{12,}(_\d+)?|\d+")  # names and numbers that differ from run to run


class Points:
    """Says ``before`` and ``after`` around a call that succeeds."""

    def __init__(self, at: At) -> None:
        self.at = at

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Say both; after a failure only the first was said."""
        self.at("before", name)
        yield
        self.at("after", name)


class TracedSource(Points):
    """A ``Source``."""

    def __init__(self, source: Source, at: At) -> None:
        super().__init__(at)
        self._source = source

    def describe(self, database: str, table: str) -> SourceTable:
        """Say it, and read the catalogue."""
        with self.around("mysql describe"):
            return self._source.describe(database, table)

    def clock(self) -> ClockReading:
        """Say it, and read the clock."""
        with self.around("mysql clock"):
            return self._source.clock()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Say it, and query."""
        with self.around("mysql query"):
            return self._source.query(sql)

    @contextmanager
    def snapshot(self) -> Iterator[TracedSnapshot]:
        """Say it, and open a snapshot."""
        with self.around("mysql snapshot"), self._source.snapshot() as snapshot:
            yield TracedSnapshot(snapshot, self.at)

    def close(self) -> None:
        """End every connection."""
        self._source.close()


class TracedSnapshot(Points):
    """A ``Snapshot``."""

    def __init__(self, snapshot: Snapshot, at: At) -> None:
        super().__init__(at)
        self._snapshot = snapshot

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Say it, and query."""
        with self.around("mysql query in the snapshot"):
            return self._snapshot.query(sql)

    def stream(self, sql: str, schema: TableSchema, *, batch_rows: int) -> RowStream:
        """Say each batch."""
        with self.around("mysql stream"):
            return _TracedStream(self._snapshot.stream(sql, schema, batch_rows=batch_rows), self.at)


class _TracedStream(Points):
    def __init__(self, stream: RowStream, at: At) -> None:
        super().__init__(at)
        self._stream = stream

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._stream:
            with self.around("mysql batch"):
                yield batch

    @property
    def policy_counts(self) -> Mapping[str, int]:
        return self._stream.policy_counts


class TracedStore(Points):
    """An ``ObjectStore``."""

    def __init__(self, store: ObjectStore, at: At) -> None:
        super().__init__(at)
        self._store = store

    def get(self, key: str) -> StoredObject | None:
        """Say it, and read."""
        with self.around(f"s3 get {_kind(key)}"):
            return self._store.get(key)

    def put(self, key: str, body: bytes) -> str:
        """Say it, and write."""
        with self.around(f"s3 put {_kind(key)}"):
            return self._store.put(key, body)

    def put_new(self, key: str, body: bytes) -> bool:
        """Say it, and create."""
        with self.around(f"s3 put_new {_kind(key)}"):
            return self._store.put_new(key, body)

    def upload(self, key: str, path: Path) -> ObjectInfo:
        """Say it, and upload."""
        with self.around(f"s3 upload {_kind(key)}"):
            return self._store.upload(key, path)

    def head(self, key: str) -> ObjectInfo | None:
        """Say it, and describe."""
        with self.around(f"s3 head {_kind(key)}"):
            return self._store.head(key)

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Say it, and list."""
        with self.around("s3 list"):
            yield from self._store.list(prefix, start_after=start_after)

    def delete(self, keys: Iterable[str]) -> None:
        """Say it, and delete."""
        with self.around("s3 delete"):
            self._store.delete(keys)

    def uri(self, key: str) -> str:
        """Return ``s3://bucket/key``."""
        return self._store.uri(key)


class TracedEncoder(Points):
    """An ``Encoder``."""

    def __init__(self, encoder: Encoder, at: At) -> None:
        super().__init__(at)
        self._encoder = encoder

    def parts(self, batches: Iterable[Batch], schema: TableSchema, *, part_bytes: int) -> Iterator[EncodedPart]:
        """Say each finished part."""
        for part in self._encoder.parts(batches, schema, part_bytes=part_bytes):
            with self.around("parquet part"):
                yield part


class TracedWarehouse(Points):
    """A ``Warehouse``."""

    def __init__(self, warehouse: Warehouse, at: At) -> None:
        super().__init__(at)
        self._warehouse = warehouse

    @contextmanager
    def session(self, label: str, *, statement_timeout: float | None = None) -> Iterator[TracedSession]:
        """Say it, and open a session."""
        with (
            self.around("redshift session"),
            self._warehouse.session(label, statement_timeout=statement_timeout) as session,
        ):
            yield TracedSession(session, self.at)


class TracedSession(Points):
    """A ``WarehouseSession``."""

    def __init__(self, session: WarehouseSession, at: At) -> None:
        super().__init__(at)
        self._session = session

    def execute(self, sql: str) -> int:
        """Say the statement, and run it."""
        with self.around(_statement(sql)):
            return self._session.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Say the statement, and run it."""
        with self.around(_statement(sql)):
            return self._session.query(sql)

    def alone(self, sql: str) -> None:
        """Say the statement, and run it."""
        with self.around(_statement(sql)):
            self._session.alone(sql)

    def copy(self, sql: str) -> int:
        """Say the statement, and run it."""
        with self.around("redshift COPY"):
            return self._session.copy(sql)

    def describe(self, schema: str, table: str) -> TargetTable | None:
        """Say it, and read the catalogue."""
        with self.around("redshift describe"):
            return self._session.describe(schema, table)

    def missing_privileges(self, schema: str, table: str, ledger_schema: str) -> list[str]:
        """Say it, and ask."""
        with self.around("redshift privileges"):
            return self._session.missing_privileges(schema, table, ledger_schema)

    def commit(self) -> None:
        """Say it, and commit."""
        with self.around("redshift COMMIT"):
            self._session.commit()

    def rollback(self) -> None:
        """Say it, and roll back."""
        with self.around("redshift ROLLBACK"):
            self._session.rollback()


def _kind(key: str) -> str:
    """Return what an object is for: data, log, copy, watermark.json or probe."""
    parts = key.split("/")
    found = next((part for part in parts if part in {"data", "log", "copy"}), parts[-1])
    return found.split("-")[0]


def _statement(sql: str) -> str:
    """Return a statement's beginning, without what differs from run to run."""
    return "redshift " + OPAQUE.sub("N", " ".join(sql.split()))[:48]
