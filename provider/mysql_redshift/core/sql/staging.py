"""Statements over the staging tables of one load. Every column list is in the schema's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mysql_redshift.core import quoting
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.sql.merge_keys import compared_keys
from mysql_redshift.core.types.column import Column, TableSchema


@dataclass(frozen=True, kw_only=True)
class Staging:
    """The temporary tables of one load: COPY fills ``table``; ``newest`` holds the newest row per key."""

    load_id: str

    @property
    def table(self) -> str:
        """The quoted staging table."""
        return quoting.redshift_name(f"mr_staging_{self.load_id}")

    @property
    def newest(self) -> str:
        """The quoted table of the newest row per key."""
        return quoting.redshift_name(f"mr_newest_{self.load_id}")


def create(staging: Staging, columns: Sequence[Column]) -> str:
    """Create the staging table: the columns that COPY fills, then the sequence, which is in no file."""
    body = ", ".join(f"{quoting.redshift_name(c.target)} {c.staging_type}" for c in columns)
    sequence = quoting.redshift_name(sequence_column(columns))
    return f"CREATE TEMP TABLE {staging.table} ({body}, {sequence} BIGINT)"


def sequence_column(columns: Sequence[Column]) -> str:
    """Return a name for the sequence that no column has."""
    name = "_seq"
    while any(column.target == name for column in columns):
        name = "_" + name
    return name


def copy(staging: Staging, columns: Sequence[Column], manifest_uri: str, iam_role: str) -> str:
    """COPY the files of one manifest. Columns map by position, so ``columns`` must be those of the files' schema."""
    role = "DEFAULT" if iam_role == "default" else quoting.redshift_string(iam_role)  # a keyword, without quotes
    return (
        f"COPY {staging.table} ({_names(c.target for c in columns)}) FROM {quoting.redshift_string(manifest_uri)} "
        f"IAM_ROLE {role} FORMAT AS PARQUET MANIFEST"
    )


def stamp(staging: Staging, columns: Sequence[Column], sequence: int) -> str:
    """Set the sequence of the rows copied last. The final COPY of a load keeps NULL, which ranks as newest."""
    name = quoting.redshift_name(sequence_column(columns))
    return f"UPDATE {staging.table} SET {name} = {quoting.integer(sequence)} WHERE {name} IS NULL"


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
    return f"CREATE TEMP TABLE {staging.newest} AS SELECT {names} FROM ({inner}) AS ranked WHERE mr_rank = 1"


def _names(names: Iterable[str]) -> str:
    return ", ".join(quoting.redshift_name(name) for name in names)
