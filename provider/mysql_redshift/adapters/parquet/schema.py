"""Convert a TableSchema to an Arrow schema."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from mysql_redshift.core.types.column import Cell, Column, TableSchema

TYPES: Mapping[Cell, pa.DataType] = {
    Cell.BOOL: pa.bool_(),
    Cell.INT16: pa.int16(),
    Cell.INT32: pa.int32(),
    Cell.INT64: pa.int64(),
    Cell.FLOAT: pa.float32(),
    Cell.DOUBLE: pa.float64(),
    Cell.DATE: pa.date32(),
    Cell.TIMESTAMP: pa.timestamp("us"),
    Cell.TIMESTAMP_UTC: pa.timestamp("us", tz="UTC"),
    Cell.TEXT: pa.string(),
    Cell.BYTES: pa.binary(),
}


def arrow_type(column: Column) -> pa.DataType:
    """Return the Arrow type of a column's cells."""
    if column.cell is Cell.DECIMAL:
        return pa.decimal128(column.precision, column.scale)
    return TYPES[column.cell]


def arrow_schema(schema: TableSchema) -> pa.Schema:
    """Return the columns in order, under their target names, with dots replaced by underscores.

    COPY maps columns by position, so the names only matter to other readers. Many of those treat a dot as a nested
    field. Every field is nullable: Redshift checks NOT NULL and names the column in its error.
    """
    taken = {column.target for column in schema.columns if "." not in column.target}
    fields = []
    for column in schema.columns:
        name = column.target
        if "." in name:
            name = name.replace(".", "_")
            while name in taken:
                name += "_"
            taken.add(name)
        fields.append(pa.field(name, arrow_type(column)))
    return pa.schema(fields)
