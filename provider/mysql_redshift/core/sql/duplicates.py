"""Statements that find staged rows with equal keys."""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core import quoting
from mysql_redshift.core.sql.merge_keys import compared_keys
from mysql_redshift.core.sql.staging import Staging, sequence_column
from mysql_redshift.core.types.column import Cell, Column, TableSchema


def sequences(staging: Staging, columns: Sequence[Column], schema: TableSchema) -> str:
    """Select the sequences of the entries that have two rows with one key; NULL stands for the last entry."""
    sequence = quoting.redshift_name(sequence_column(columns))
    keys = ", ".join(compared_keys(schema))
    inner = f"SELECT {sequence} FROM {staging.table} GROUP BY {sequence}, {keys} HAVING COUNT(*) > 1"
    return f"SELECT DISTINCT {sequence} FROM ({inner}) AS duplicates"


def examples(staging: Staging, schema: TableSchema) -> str:
    """Select two rows that have one key, every column of ``schema`` in its order; bytes as hexadecimal digits.

    The driver decodes VARBYTE as UTF-8 and fails on any other bytes.
    """
    keys = ", ".join(compared_keys(schema))
    shown = ", ".join(_shown(column) for column in schema.columns)
    names = ", ".join(quoting.redshift_name(column.target) for column in schema.columns)
    inner = f"SELECT {names}, COUNT(*) OVER (PARTITION BY {keys}) AS mr_rows FROM {staging.table}"
    return f"SELECT {shown} FROM ({inner}) AS counted WHERE mr_rows > 1 ORDER BY {keys} LIMIT 2"


def _shown(column: Column) -> str:
    name = quoting.redshift_name(column.target)
    return f"TO_HEX({name})" if column.cell is Cell.BYTES else name
