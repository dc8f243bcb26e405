"""A schema in Redshift and a prefix on S3 that exist during one check only."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from mysql_redshift.adapters.parquet import ParquetEncoder
from mysql_redshift.adapters.parquet.schema import arrow_schema
from mysql_redshift.core import quoting
from mysql_redshift.core.layout import check_folder
from mysql_redshift.core.log import LogFile
from mysql_redshift.core.manifest import copy_manifest
from mysql_redshift.core.spec import Compression, TableSpec, TargetRef
from mysql_redshift.core.sql import staging as staging_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.core.types.shapes import Shape
from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.ports import ObjectStore, Warehouse, WarehouseSession

PART_BYTES = 1 << 30


class Scratch:
    """The means of one check. It is a context manager: schema and files are deleted at its end."""

    def __init__(self, spec: TableSpec, store: ObjectStore, warehouse: Warehouse, iam_role: str) -> None:
        self._token = secrets.token_hex(6)
        self._folder = check_folder(spec, self._token)
        self._store, self._warehouse, self._iam_role = store, warehouse, iam_role
        self._tables = 0
        self.schema = f"mr_check_{self._token}"

    def __enter__(self) -> Self:
        with self.session() as session:
            session.execute(target_sql.create_schema(self.schema))
            session.commit()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self.session() as session:
                session.execute(f"DROP SCHEMA {quoting.redshift_name(self.schema)} CASCADE")
                session.commit()
        finally:
            self._store.delete([found.key for found in self._store.list(self._folder)])

    def session(self, label: str = "") -> AbstractContextManager[WarehouseSession]:
        """Open a session as every step does."""
        return self._warehouse.session(label)

    def new_table(self) -> TargetRef:
        """Return a table name that is not used yet."""
        self._tables += 1
        return TargetRef(conn_id="", schema=self.schema, table=f"t{self._tables}")

    def upload(
        self,
        columns: Sequence[Column],
        files: Sequence[Sequence[Sequence[Any]]],
        *,
        compression: Compression = Compression.SNAPPY,
        wrong_size: int = 0,
    ) -> str:
        """Write one Parquet file per item of ``files``, each a list of rows; return the URI of their manifest."""
        uploaded = [self._file(columns, rows, compression) for rows in files]
        listed = [replace(file, size=file.size + wrong_size) for file in uploaded]
        key = f"{self._folder}{secrets.token_hex(6)}.manifest"
        self._store.put(key, copy_manifest(listed, self._store.uri))
        return self._store.uri(key)

    def copy(self, session: WarehouseSession, columns: Sequence[Column], manifest: str) -> tuple[str, int]:
        """COPY into a new staging table with the statement of a load; return the table and Redshift's count."""
        staging = Staging(load_id=secrets.token_hex(6))
        session.execute(staging_sql.create(staging, columns))
        return staging.table, session.copy(staging_sql.copy(staging.table, columns, manifest, self._iam_role))

    def _file(self, columns: Sequence[Column], rows: Sequence[Sequence[Any]], compression: Compression) -> LogFile:
        schema = TableSchema(columns=tuple(columns), key=())
        arrays = zip(*rows, strict=True)
        batch = pa.record_batch(
            [pa.array(a, f.type) for a, f in zip(arrays, arrow_schema(schema), strict=True)],
            schema=arrow_schema(schema),
        )
        with tempfile.TemporaryDirectory() as folder:
            encoder = ParquetEncoder(Path(folder), compression)
            for part in encoder.parts([batch], schema, part_bytes=PART_BYTES):
                stored = self._store.upload(f"{self._folder}{secrets.token_hex(6)}.parquet", part.path)
        return LogFile(chunk=0, key=stored.key, rows=len(rows), size=stored.size, etag=stored.etag)


def column(name: str, shape: Shape) -> Column:
    """Return a column of this shape, as plan makes it."""
    return Column(
        name=name,
        target=name,
        source_type="",
        cell=shape.cell,
        redshift_type=shape.redshift,
        staging_type=shape.staging or shape.redshift,
        nullable=True,
        precision=shape.precision,
        scale=shape.scale,
        max_bytes=shape.max_bytes,
    )


def texts(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as one line: values separated by commas, rows by semicolons."""
    return "; ".join(", ".join(map(str, row)) for row in rows)


def answer(session: WarehouseSession, sql: str) -> str:
    """Return the rows of a query as one line."""
    return texts(session.query(sql))


def outcome(session: WarehouseSession, sql: str) -> str:
    """Return ``refused`` or ``accepted``; a refused statement's transaction is rolled back."""
    try:
        session.execute(sql)
    except MysqlRedshiftError:
        with suppress(MysqlRedshiftError):
            session.rollback()
        return "refused"
    return "accepted"
