"""The key file: every key of the source with its cursor, read in one snapshot."""

from __future__ import annotations

from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.types.column import Cell, Column, TableSchema

COMPARABLE = "mr_comparable"


def key_schema(schema: TableSchema, cursor: Cursor, comparable: str = "0") -> TableSchema:
    """Return the columns of a key file: the key, the cursor, and 1 for each row that meets ``comparable``.

    ``comparable`` is a condition over the source's columns. The columns keep their types and policies, so that equal
    values at source and target stay equal.
    """
    names = dict.fromkeys((*schema.key, cursor.column))
    columns = [schema.column(name) for name in names]
    flag = Column(
        name=COMPARABLE,
        target=comparable_column(schema),
        source_type="bigint",
        cell=Cell.INT64,
        redshift_type="BIGINT",
        staging_type="BIGINT",
        nullable=False,
        select=comparable.replace("{", "{{").replace("}", "}}"),
    )
    return TableSchema(columns=(*columns, flag), key=schema.key)


def comparable_column(schema: TableSchema) -> str:
    """Return a name for the flag that no column has."""
    name = COMPARABLE
    while any(column.target == name for column in schema.columns):
        name = "_" + name
    return name
