"""Read a table through batches and Parquet, and the same values as text from the server itself."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.adapters.parquet import ParquetEncoder
from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.spec import SourceRef, TableSpec
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.core.types.resolve_schema import resolve_schema
from tests.fakes.specs import spec
from tests.stack.mysql.conftest import execute
from tests.types.cases import Case


@dataclass(frozen=True, kw_only=True)
class ParquetTable:
    """The columns read back from Parquet, and how many values each policy acted on."""

    columns: dict[str, list[Any]]
    policy_counts: dict[str, int]
    schema: TableSchema


def round_trip(source: MySQLSource, database: str, folder: Path, *, table: str = "t", **changes: Any) -> ParquetTable:
    """Read a whole table in key order as the steps do, write it to Parquet, and read the files back."""
    spec_of_table = table_spec(database, table, **changes)
    schema = resolve_schema(source.describe(database, table), spec_of_table)
    sql = source_sql.rows(spec_of_table.source, schema, None, Chunk(index=0)) + " ORDER BY 1"
    columns: dict[str, list[Any]] = {column.target: [] for column in schema.columns}
    with source.snapshot() as snapshot:
        stream = snapshot.stream(sql, schema, batch_rows=7)
        for part in ParquetEncoder(folder).parts(stream, schema, part_bytes=64 * 1024):
            for column, values in zip(schema.columns, pq.read_table(part.path).columns, strict=True):
                columns[column.target] += values.to_pylist()
    return ParquetTable(columns=columns, policy_counts=dict(stream.policy_counts), schema=schema)


def table_spec(database: str, table: str, **changes: Any) -> TableSpec:
    """Return a spec for the table."""
    return spec(source=SourceRef(conn_id="my", database=database, table=table), cursor=None, **changes)


def create_table(admin: Any, case: Case) -> None:
    """Create the table ``t`` with the values of the case and a NULL."""
    execute(admin, f"CREATE TABLE t (id INT PRIMARY KEY, c {case.type})")
    for number, literal in enumerate((*case.values, "NULL")):
        execute(admin, f"INSERT INTO t VALUES ({number}, {literal})")


def server_values(connection: Any, case: Case, *, flavor: str, column: str = "c") -> list[str | None]:
    """Return each value of ``t`` as text from the server, without our reader."""
    if case.sql == "bits":
        ((rows,),) = execute(connection, "SELECT COUNT(*) FROM t")
        bits = [None if literal == "NULL" else _bits(case, literal, flavor) for literal in case.values]
        return [*bits, *[None] * (rows - len(bits))]
    if case.sql == "bits of double":
        doubles = execute(connection, f"SELECT CAST(CAST({column} AS DOUBLE) AS CHAR) FROM t ORDER BY id")
        return [value and case.to_text(float(value)) for (value,) in doubles]
    texts = execute(connection, f"SELECT {case.sql.format(c=column)} FROM t ORDER BY id")
    return [_text(value) for (value,) in texts]


def _bits(case: Case, literal: str, flavor: str) -> str:
    """Return the IEEE 754 bits of a decimal literal; MariaDB stores no negative zero."""
    kind = "f" if "FLOAT" in case.type else "d"
    return struct.pack(f">{kind}", float(literal) + (0.0 if flavor == "mariadb" else -0.0)).hex()


def _text(value: Any) -> str | None:
    return value.decode() if isinstance(value, bytes) else value
