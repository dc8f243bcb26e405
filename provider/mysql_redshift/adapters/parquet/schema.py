"""The one place where a TableSchema becomes an Arrow schema."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from mysql_redshift.core.types.column import Cell, Column, TableSchema

TYPES: Mapping[Cell, pa.DataType] = {
    Cell.BOOL: pa.bool_(),
    Cell.INT32: pa.int32(),
    Cell.INT64: pa.int64(),
    Cell.FLOAT: pa.float32(),
    Cell.DOUBLE: pa.float64(),
    Cell.DATE: pa.date32(),
    Cell.TIMESTAMP: pa.timestamp("us"),
    Cell.TEXT: pa.string(),
    Cell.BYTES: pa.binary(),
}


def arrow_type(column: Column) -> pa.DataType:
    """Return the Arrow type of a column's cells."""
    if column.cell is Cell.DECIMAL:
        return pa.decimal128(column.precision, column.scale)
    return TYPES[column.cell]


def arrow_schema(schema: TableSchema) -> pa.Schema:
    """Return the columns in their order, under their target names.

    Every field may be NULL: what may not is for Redshift's NOT NULL to say, which names the column.
    """
    return pa.schema([pa.field(column.target, arrow_type(column)) for column in schema.columns])
