"""Columns and tables at the source, and their mapping to Parquet and Redshift."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from mysql_redshift.errors import SourceError


class Cell(StrEnum):
    """The representation of a value in a batch and in Parquet: the reader produces it, the encoder writes it."""

    BOOL = "bool"
    INT16 = "int16"  # Parquet has no such type: INT32, annotated as 16 bits
    INT32 = "int32"
    INT64 = "int64"
    FLOAT = "float"
    DOUBLE = "double"
    DECIMAL = "decimal"  # precision, scale
    DATE = "date"
    TIMESTAMP = "timestamp"  # microseconds, no zone
    TIMESTAMP_UTC = "timestamp_utc"  # microseconds since 1970, UTC
    TEXT = "text"  # UTF-8
    BYTES = "bytes"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """One row of MySQL's information_schema.COLUMNS."""

    name: str
    data_type: str  # lower case, for example "bigint"
    column_type: str  # for example "bigint(20) unsigned"
    nullable: bool
    character_length: int | None = None
    octet_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    datetime_precision: int | None = None
    charset: str | None = None
    collation: str | None = None
    extra: str = ""
    expression: str = ""  # of a generated column


@dataclass(frozen=True, kw_only=True)
class Column:
    """One replicated column: read, written to Parquet, copied and merged in the order of its TableSchema.

    ``select`` is the source expression, a template with ``{name}`` for the quoted column. COPY fills a staging column
    of ``staging_type``; ``insert`` is the expression that converts it to ``redshift_type``, the type in the target.
    """

    name: str
    target: str
    source_type: str
    cell: Cell
    redshift_type: str
    staging_type: str
    nullable: bool
    precision: int = 0
    scale: int = 0
    max_bytes: int = 0  # width of TEXT and BYTES in the staging column
    select: str = "{name}"
    insert: str = "{name}"
    rule: str = ""  # name of the rule of the type contract, for example "datetime"
    no_pad: bool = False  # in a key: 'a' and 'a ' differ at the source, while Redshift compares them as equal
    policies: tuple[tuple[str, str], ...] = ()  # policies that apply to the column, for example ("zero_date", "null")


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """The columns and the key of one table. SELECT, Arrow, DDL and COPY all use this column order."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]  # source names; empty if the table has no key
    source: tuple[tuple[str, str, str], ...] = ()  # every column of the table: name, type, expression; in its order

    def __post_init__(self) -> None:
        names = [column.target for column in self.columns]
        duplicates = sorted({name for name in names if names.count(name) > 1})
        if duplicates:
            raise SourceError(
                "Duplicate column names in Redshift",
                found=", ".join(duplicates),
                remedy="Rename one of the columns under columns.rename, or exclude it under columns.exclude.",
            )

    def column(self, name: str) -> Column:
        """Return the column with this source name; raise SourceError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise SourceError("Column not found in the table", expected=name, found=", ".join(c.name for c in self.columns))

    @property
    def key_targets(self) -> tuple[str, ...]:
        """The key's column names in Redshift."""
        return tuple(self.column(name).target for name in self.key)

    @property
    def fingerprint(self) -> str:
        """A hash of names, types, order and key; files with the same fingerprint may share one COPY."""
        shape = [(c.name, c.target, c.source_type, c.cell, c.staging_type, c.precision, c.scale) for c in self.columns]
        return hashlib.sha256(json.dumps([shape, self.key]).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """One table in the source's catalogue."""

    database: str
    name: str
    columns: tuple[SourceColumn, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...] = ()  # only keys whose columns are all NOT NULL
    kind: str = "BASE TABLE"
    engine: str = "InnoDB"
    estimated_rows: int = 0
    server_uuid: str = ""
    server_version: str = ""
