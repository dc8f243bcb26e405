"""Copy a filled source to the target with plain INSERTs: tests of the verifier must not depend on the provider."""

from __future__ import annotations

import re
from typing import Any

from pymysql.connections import Connection
from pymysql.cursors import Cursor

from demo.dataset import DATABASE, Column, Kind, Table
from demo.verifier import TargetReader

ROWS_PER_STATEMENT = 500
TYPES = {
    Kind.TEXT: "VARCHAR(65535)",
    Kind.DATE: "DATE",
    Kind.MOMENT: "TIMESTAMP",
    Kind.TIME: "VARCHAR(17)",
    Kind.BIT: "BOOLEAN",
    Kind.BITS: "BIGINT",
    Kind.BYTES: "VARBYTE(100)",
    Kind.JSON: "SUPER",
}


def redshift_type(column: Column) -> str:
    """Return the Redshift type that the provider's type mapping documents for a column."""
    if column.kind is Kind.INTEGER:
        return "DECIMAL(20,0)" if "BIGINT UNSIGNED" in column.ddl else "BIGINT"
    if column.kind is Kind.DECIMAL:
        return column.ddl.removesuffix(" NOT NULL")
    if column.kind is Kind.FLOATING:
        return "REAL" if column.ddl.startswith("FLOAT") else "DOUBLE PRECISION"
    return TYPES[column.kind]


def copy_table(source: Connection[Cursor], target: TargetReader, schema: str, table: Table) -> None:
    """Create the table in the target and insert every row of the source."""
    columns = ", ".join(f'"{column.name}" {redshift_type(column)}' for column in table.columns)
    target.execute(f'CREATE TABLE "{schema}"."{table.name}" ({columns})')
    selected = ", ".join(_selected(column) for column in table.columns)
    with source.cursor() as cursor:
        cursor.execute(f"SELECT {selected} FROM {DATABASE}.{table.name}")
        while rows := cursor.fetchmany(ROWS_PER_STATEMENT):
            values = ", ".join(f"({', '.join(map(_literal, table.columns, row))})" for row in rows)
            target.execute(f'INSERT INTO "{schema}"."{table.name}" VALUES {values}')


def _selected(column: Column) -> str:
    if column.kind is Kind.BYTES:
        return f"HEX(`{column.name}`)"
    if column.kind in (Kind.BIT, Kind.BITS):
        return f"`{column.name}` + 0"
    return f"CAST(`{column.name}` AS CHAR)" if column.kind is Kind.TIME else f"`{column.name}`"


def _literal(column: Column, value: Any) -> str:
    if value is None:
        return "NULL"
    text = "'" + re.sub(r"(['\\])", r"\\\1", str(value)) + "'"
    if column.kind is Kind.BYTES:
        return f"FROM_HEX({text})"
    if column.kind is Kind.JSON:
        return f"JSON_PARSE({text})"
    return ("TRUE" if value else "FALSE") if column.kind is Kind.BIT else text
