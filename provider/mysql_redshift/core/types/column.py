"""A column at the source, and what it becomes on its way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from mysql_redshift.errors import SourceError


class Cell(StrEnum):
    """The form of one value in a batch and in Parquet; the reader yields it, the encoder writes it."""

    BOOL = "bool"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT = "float"
    DOUBLE = "double"
    DECIMAL = "decimal"  # precision, scale
    DATE = "date"
    TIMESTAMP = "timestamp"  # microseconds, no zone
    TEXT = "text"  # UTF-8
    BYTES = "bytes"


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """One row of MySQL's information_schema.COLUMNS, as the catalogue read it."""

    name: str
    data_type: str  # lower case, as "bigint"
    column_type: str  # as "bigint(20) unsigned"
    nullable: bool
    character_length: int | None = None
    octet_length: int | None = None
    precision: int | None = None
    scale: int | None = None
    datetime_precision: int | None = None
    charset: str | None = None
    collation: str | None = None
    extra: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the way: read, written to Parquet, copied and merged in the order of its TableSchema.

    ``select`` is the source expression, a template with ``{name}`` for the quoted column. ``staging_type`` is what COPY
    fills, ``redshift_type`` what the target holds, ``insert`` the expression that leads from one to the other.
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
    max_bytes: int = 0  # of TEXT and BYTES in the staging column
    select: str = "{name}"
    insert: str = "{name}"
    rule: str = ""  # the row of the type contract, as "datetime"
    blanks_count: bool = False  # in a key: 'a' and 'a ' are two rows at the source, which Redshift takes for equal
    policies: tuple[
        tuple[str, str], ...
    ] = ()  # policies that may act on this column's values, as ("zero_date", "null")


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """The ordered columns and the key of one table: the ONE order of SELECT, Arrow, DDL and COPY."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]  # source names; empty where the table has none

    def __post_init__(self) -> None:
        names = [column.target for column in self.columns]
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise SourceError(
                "Two source columns have one name in Redshift",
                found=", ".join(doubles),
                remedy="Name one otherwise under columns.rename, or leave it out under columns.exclude.",
            )

    def column(self, name: str) -> Column:
        """Return the column with this source name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise SourceError(
            "This column is not in the table", expected=name, found=", ".join(c.name for c in self.columns)
        )

    @property
    def key_targets(self) -> tuple[str, ...]:
        """The key's names in Redshift."""
        return tuple(self.column(name).target for name in self.key)

    @property
    def fingerprint(self) -> str:
        """Equal for equal names, types and order; files of one fingerprint may be copied together."""
        shape = [(c.name, c.target, c.source_type, c.cell, c.staging_type, c.precision, c.scale) for c in self.columns]
        return hashlib.sha256(json.dumps([shape, self.key]).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """What the source's catalogue says of one table."""

    database: str
    name: str
    columns: tuple[SourceColumn, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...] = ()  # of NOT NULL columns only
    kind: str = "BASE TABLE"
    engine: str = "InnoDB"
    estimated_rows: int = 0
    server_uuid: str = ""
    server_version: str = ""
