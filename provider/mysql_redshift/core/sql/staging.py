"""Statements over the staging tables of one load. Every column list is in the schema's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.encodings import temporary_encoding
from mysql_redshift.core.sql.merge_keys import compared_keys
from mysql_redshift.core.types.column import Column, TableSchema


@dataclass(frozen=True, kw_only=True)
class Staging:
    """The temporary tables of one load: COPY fills ``table``; ``newest`` holds the newest row per key.

    ``entry`` holds the rows of one earlier entry until they are added to ``table`` with its sequence.
    """

    load_id: str

    @property
    def table(self) -> str:
        """The quoted staging table."""
        return quoting.redshift_name(f"mr_staging_{self.load_id}")

    @property
    def newest(self) -> str:
        """The quoted table of the newest row per key."""
        return quoting.redshift_name(f"mr_newest_{self.load_id}")

    @property
    def entry(self) -> str:
        """The quoted table of one earlier entry."""
        return quoting.redshift_name(f"mr_entry_{self.load_id}")


def create(staging: Staging, columns: Sequence[Column]) -> str:
    """Create the staging table: the columns that COPY fills, then the sequence, which is in no file."""
    return _create(staging.table, columns, sequence=True)


def create_newest(staging: Staging, columns: Sequence[Column]) -> str:
    """Create the table of the newest row per key."""
    return _create(staging.newest, columns)


def create_entry(staging: Staging, columns: Sequence[Column]) -> str:
    """Create the table into which the files of one earlier entry are copied."""
    return _create(staging.entry, columns)


def drop(table: str) -> str:
    """Drop a temporary table; its disk space is free again when the transaction ends."""
    return f"DROP TABLE {table}"


def sequence_column(columns: Sequence[Column]) -> str:
    """Return a name for the sequence that no column has."""
    name = "_seq"
    while any(column.target == name for column in columns):
        name = "_" + name
    return name


def copy(table: str, columns: Sequence[Column], manifest_uri: str, iam_role: str) -> str:
    """COPY the files of one manifest. Columns map by position, so ``columns`` must be those of the files' schema."""
    role = "DEFAULT" if iam_role == "default" else quoting.redshift_string(iam_role)  # a keyword, without quotes
    return (
        f"COPY {table} ({_names(c.target for c in columns)}) FROM {quoting.redshift_string(manifest_uri)} "
        f"IAM_ROLE {role} FORMAT AS PARQUET MANIFEST"
    )


def add_entry(staging: Staging, columns: Sequence[Column], all_columns: Sequence[Column], sequence: int) -> str:
    """Add the rows of an earlier entry, with its sequence. The final COPY of a load keeps NULL, which ranks newest."""
    names = _names(c.target for c in columns)
    stamp = quoting.redshift_name(sequence_column(all_columns))
    return (
        f"INSERT INTO {staging.table} ({names}, {stamp}) SELECT {names}, {quoting.integer(sequence)} "
        f"FROM {staging.entry}"
    )


def count(staging: Staging) -> str:
    """Count the staged rows."""
    return f"SELECT COUNT(*) FROM {staging.table}"


def count_keys(staging: Staging, schema: TableSchema) -> str:
    """Count the distinct keys of the staged rows."""
    return (
        f"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {staging.table} GROUP BY {', '.join(compared_keys(schema))}) AS k"
    )


def keep_newest(staging: Staging, columns: Sequence[Column], schema: TableSchema, cursor: Cursor | None) -> str:
    """Keep one row per key: highest sequence, then highest cursor."""
    names = _names(c.target for c in columns)
    sequence = quoting.redshift_name(sequence_column(columns))
    order = [f"CASE WHEN {sequence} IS NULL THEN 1 ELSE 0 END DESC", f"{sequence} DESC"]
    if cursor is not None:
        order.append(f"{quoting.redshift_name(schema.column(cursor.column).target)} DESC")
    rank = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(compared_keys(schema))} ORDER BY {', '.join(order)})"
    inner = f"SELECT {names}, {rank} AS mr_rank FROM {staging.table}"
    return f"INSERT INTO {staging.newest} ({names}) SELECT {names} FROM ({inner}) AS ranked WHERE mr_rank = 1"


def _create(table: str, columns: Sequence[Column], *, sequence: bool = False) -> str:
    body = [f"{quoting.redshift_name(c.target)} {c.staging_type}{_encode(c.staging_type)}" for c in columns]
    body += [f"{quoting.redshift_name(sequence_column(columns))} BIGINT{_encode('BIGINT')}"] if sequence else []
    return f"CREATE TEMP TABLE {table} ({', '.join(body)})"


def _encode(redshift_type: str) -> str:
    encoding = temporary_encoding(redshift_type)
    return f" ENCODE {encoding.upper()}" if encoding else ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(quoting.redshift_name(name) for name in names)
