"""Describe two rows with one key: by the key, and by the columns in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mysql_redshift.core.types.column import Cell, Column, TableSchema

MOST_COLUMNS = 5
MOST_CHARACTERS = 64


def describe_rows(schema: TableSchema, rows: Sequence[Sequence[Any]]) -> str:
    """Return the key, and for each row the values of up to five columns in which the two rows differ.

    Texts outside of the key may be personal data: of these only the columns' names are told. Each row has every
    column of ``schema`` in its order.
    """
    columns = list(zip(schema.columns, *rows, strict=True))
    key = ", ".join(f"{column.name}={_value(first)}" for column, first, _ in columns if column.name in schema.key)
    other = [cells for cells in columns if cells[1] != cells[2] and cells[0].name not in schema.key]
    shown = [cells for cells in other if cells[0].cell is not Cell.TEXT][:MOST_COLUMNS]
    if shown:
        pair = " and ".join(f"({_row([(cells[0], cells[row]) for cells in shown])})" for row in (1, 2))
        return f"key {key}: {pair}"
    texts = ", ".join(cells[0].name for cells in other[:MOST_COLUMNS])
    return f"key {key}: two rows that differ in {texts}" if texts else f"key {key}: two rows with equal values"


def _row(cells: Sequence[tuple[Column, Any]]) -> str:
    return ", ".join(f"{column.name}={_value(value)}" for column, value in cells)


def _value(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."
