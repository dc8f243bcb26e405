"""The ports, with a callback before and after every call: the points where a fault can occur.

A call's name contains the method and its object, and is the same in every run: ``s3 put_new log``, ``redshift LOCK``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.core.types.column import SourceTable, TableSchema
from mysql_redshift.ports import (
    Batch,
    EncodedPart,
    Encoder,
    MissingPrivileges,
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

OnCall = Callable[[str, str], None]  # (side, name): side is "before" or "after"
OPAQUE = re.compile(r"[ft]_[0-9a-f]{8,10}|[0-9a-f]{12,}(_\d+)?|\d+")  # names and numbers that differ between runs


class Traced:
    """Reports the calls of a port."""

    def __init__(self, on_call: OnCall) -> None:
        self.on_call = on_call

    @contextmanager
    def traced(self, name: str) -> Iterator[None]:
        self.on_call("before", name)
        yield
        self.on_call("after", name)


class TracedSource(Traced):
    """Traces a ``Source``."""

    def __init__(self, source: Source, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._source = source

    def describe(self, database: str, table: str) -> SourceTable:
        with self.traced("mysql describe"):
            return self._source.describe(database, table)

    def clock(self, readers: Collection[str] = ()) -> ClockReading:
        with self.traced("mysql clock"):
            return self._source.clock(readers)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.traced("mysql query"):
            return self._source.query(sql)

    @contextmanager
    def snapshot(self) -> Iterator[TracedSnapshot]:
        with self.traced("mysql snapshot"), self._source.snapshot() as snapshot:
            yield TracedSnapshot(snapshot, self.on_call)

    def close(self) -> None:
        self._source.close()


class TracedSnapshot(Traced):
    """Traces a ``Snapshot``."""

    def __init__(self, snapshot: Snapshot, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._snapshot = snapshot

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.traced("mysql query in the snapshot"):
            return self._snapshot.query(sql)

    def stream(self, sql: str, schema: TableSchema, *, batch_rows: int) -> RowStream:
        with self.traced("mysql stream"):
            return _TracedStream(self._snapshot.stream(sql, schema, batch_rows=batch_rows), self.on_call)


class _TracedStream(Traced):
    def __init__(self, stream: RowStream, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._stream = stream

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._stream:
            with self.traced("mysql batch"):
                yield batch

    @property
    def policy_counts(self) -> Mapping[str, int]:
        return self._stream.policy_counts


class TracedStore(Traced):
    """Traces an ``ObjectStore``."""

    def __init__(self, store: ObjectStore, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._store = store

    def get(self, key: str) -> StoredObject | None:
        with self.traced(f"s3 get {_kind(key)}"):
            return self._store.get(key)

    def put(self, key: str, body: bytes) -> str:
        with self.traced(f"s3 put {_kind(key)}"):
            return self._store.put(key, body)

    def put_new(self, key: str, body: bytes) -> bool:
        with self.traced(f"s3 put_new {_kind(key)}"):
            return self._store.put_new(key, body)

    def upload(self, key: str, path: Path) -> ObjectInfo:
        with self.traced(f"s3 upload {_kind(key)}"):
            return self._store.upload(key, path)

    def head(self, key: str) -> ObjectInfo | None:
        with self.traced(f"s3 head {_kind(key)}"):
            return self._store.head(key)

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        with self.traced("s3 list"):
            yield from self._store.list(prefix, start_after=start_after)

    def delete(self, keys: Iterable[str]) -> None:
        with self.traced("s3 delete"):
            self._store.delete(keys)

    def uri(self, key: str) -> str:
        return self._store.uri(key)


class TracedEncoder(Traced):
    """Traces an ``Encoder``: each finished part is a call."""

    def __init__(self, encoder: Encoder, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._encoder = encoder

    def parts(self, batches: Iterable[Batch], schema: TableSchema, *, part_bytes: int) -> Iterator[EncodedPart]:
        for part in self._encoder.parts(batches, schema, part_bytes=part_bytes):
            with self.traced("parquet part"):
                yield part


class TracedWarehouse(Traced):
    """Traces a ``Warehouse``."""

    def __init__(self, warehouse: Warehouse, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._warehouse = warehouse

    @contextmanager
    def session(self, label: str = "", *, statement_timeout: float | None = None) -> Iterator[TracedSession]:
        with (
            self.traced("redshift session"),
            self._warehouse.session(label, statement_timeout=statement_timeout) as session,
        ):
            yield TracedSession(session, self.on_call)


class TracedSession(Traced):
    """Traces a ``WarehouseSession``: each statement is a call."""

    def __init__(self, session: WarehouseSession, on_call: OnCall) -> None:
        super().__init__(on_call)
        self._session = session

    def execute(self, sql: str) -> int:
        with self.traced(_statement(sql)):
            return self._session.execute(sql)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.traced(_statement(sql)):
            return self._session.query(sql)

    def alone(self, sql: str) -> None:
        with self.traced(_statement(sql)):
            self._session.alone(sql)

    def copy(self, sql: str) -> int:
        with self.traced("redshift COPY"):
            return self._session.copy(sql)

    def describe(self, schema: str, table: str) -> TargetTable | None:
        with self.traced("redshift describe"):
            return self._session.describe(schema, table)

    def missing_privileges(self, ref: TargetRef) -> MissingPrivileges:
        with self.traced("redshift privileges"):
            return self._session.missing_privileges(ref)

    def commit(self) -> None:
        with self.traced("redshift COMMIT"):
            self._session.commit()

    def rollback(self) -> None:
        with self.traced("redshift ROLLBACK"):
            self._session.rollback()


def _kind(key: str) -> str:
    """Return the kind of an object: data, log, copy, watermark.json or probe."""
    parts = key.split("/")
    found = next((part for part in parts if part in {"data", "log", "copy"}), parts[-1])
    return found.split("-")[0]


def _statement(sql: str) -> str:
    """Return the beginning of a statement, without names and numbers that differ between runs."""
    return "redshift " + OPAQUE.sub("N", " ".join(sql.split()))[:48]
