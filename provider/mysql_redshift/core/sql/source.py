"""The SELECT statements of the source, as text. Keyset conditions start with a plain bound that can use an index."""

from __future__ import annotations

import re

from mysql_redshift.core import quoting
from mysql_redshift.core.accounted import CursorRange, Ranges
from mysql_redshift.core.chunk import Chunk, KeyRange
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.position import Position
from mysql_redshift.core.spec import SourceRef
from mysql_redshift.core.types.column import Cell, Column, TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import SourceError

NUMBER = re.compile(r"-?\d+(\.\d+)?")


def table(source: SourceRef) -> str:
    """Return the quoted table."""
    return quoting.mysql_name(source.database, source.table)


def rows(
    source: SourceRef, schema: TableSchema, cursor: Cursor | None, chunk: Chunk, *, limit: int | None = None
) -> str:
    """Select the chunk's rows; ordered by cursor and key only if a limit makes the order matter."""
    columns = ", ".join(column.select.format(name=quoting.mysql_name(column.name)) for column in schema.columns)
    tail = "" if limit is None else f" {_order(schema, cursor)} LIMIT {quoting.integer(limit)}"
    return f"SELECT {columns} FROM {table(source)}{_where(schema, cursor, chunk)}{tail}"


def count(
    source: SourceRef, schema: TableSchema, cursor: Cursor | None, chunk: Chunk, *, limit: int | None = None
) -> str:
    """Count the same rows; also select the smallest and largest cursor value as text."""
    column = quoting.mysql_name(cursor.column) if cursor else "NULL"
    tail = "" if limit is None else f" {_order(schema, cursor)} LIMIT {quoting.integer(limit)}"
    inner = f"SELECT {column} AS c FROM {table(source)}{_where(schema, cursor, chunk)}{tail}"
    return f"SELECT COUNT(*), CAST(MIN(c) AS CHAR), CAST(MAX(c) AS CHAR) FROM ({inner}) AS counted"


def last_read(source: SourceRef, schema: TableSchema, cursor: Cursor, chunk: Chunk, *, limit: int) -> str:
    """Select cursor and key, as text, of the last row within ``limit``."""
    keys = [_as_text(schema.column(name)) for name in schema.key]
    columns = ", ".join([f"CAST({quoting.mysql_name(cursor.column)} AS CHAR)", *keys])
    where = _where(schema, cursor, chunk)
    return f"SELECT {columns} FROM {table(source)}{where} {_order(schema, cursor)} LIMIT 1 OFFSET {limit - 1}"


def null_cursors(source: SourceRef, cursor: Cursor) -> str:
    """Count the rows with a NULL cursor."""
    return f"SELECT COUNT(*) FROM {table(source)} WHERE {_is_null(cursor)}"


def is_beyond(cursor: Cursor, value: int) -> str:
    """Return the condition that the cursor lies above ``value``."""
    return f"{quoting.mysql_name(cursor.column)} > {cursor.literal(value)}"


def next_boundary(source: SourceRef, column: str, *, lower: str | None, where: str, offset: int) -> str:
    """Select, from the index, the value ``offset`` rows above ``lower`` (a literal; None: the start), as text."""
    name = quoting.mysql_name(column)
    clause = _all_of(f"{name} >= {lower}" if lower is not None else "", where)
    return f"SELECT CAST({name} AS CHAR) FROM {table(source)}{clause} ORDER BY {name} LIMIT 1 OFFSET {offset}"


def value_above(source: SourceRef, column: str, *, lower: str, where: str) -> str:
    """Select the smallest value above ``lower``, as text."""
    name = quoting.mysql_name(column)
    return f"SELECT CAST(MIN({name}) AS CHAR) FROM {table(source)}{_all_of(f'{name} > {lower}', where)}"


def _all_of(*conditions: str) -> str:
    given = [condition for condition in conditions if condition]
    return f" WHERE {' AND '.join(given)}" if given else ""


def count_range(source: SourceRef, schema: TableSchema, cursor: Cursor, item: CursorRange) -> str:
    """Count the rows of a range of the cursor."""
    return f"{count_all(source)} WHERE {_in_range(schema, cursor, item)}"


def cascades(source: SourceRef) -> str:
    """Select (name, ON DELETE, ON UPDATE) of the foreign keys whose actions change rows of this table."""
    inert = "'RESTRICT', 'NO ACTION'"
    return (
        "SELECT CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS "
        f"WHERE CONSTRAINT_SCHEMA = {quoting.mysql_string(source.database)} "
        f"AND TABLE_NAME = {quoting.mysql_string(source.table)} "
        f"AND (DELETE_RULE NOT IN ({inert}) OR UPDATE_RULE NOT IN ({inert})) ORDER BY CONSTRAINT_NAME"
    )


def comparable(schema: TableSchema, cursor: Cursor, accounted: Ranges) -> str:
    """Return an expression: 1 for a row in one of the ranges, else 0, also for a NULL cursor."""
    if not accounted:
        return "0"
    return f"COALESCE({' OR '.join(f'({_in_range(schema, cursor, item)})' for item in accounted)}, 0)"


def count_comparable(source: SourceRef, cursor: Cursor, condition: str, *, limit: int) -> str:
    """Count all rows, those that meet ``condition``, those above ``limit``, and those with a NULL cursor."""
    sums = ", ".join(f"COALESCE(SUM({rows}), 0)" for rows in (condition, is_beyond(cursor, limit), _is_null(cursor)))
    return f"SELECT COUNT(*), {sums} FROM {table(source)}"


def _in_range(schema: TableSchema, cursor: Cursor, item: CursorRange) -> str:
    above = [] if item.lower is None else [_above(schema, cursor, item.lower)]
    return " AND ".join([*above, _done(schema, cursor, item.upper)])


def count_all(source: SourceRef) -> str:
    """Count all rows."""
    return f"SELECT COUNT(*) FROM {table(source)}"


def count_window(source: SourceRef, schema: TableSchema, cursor: Cursor, window: Window) -> str:
    """Count the rows inside a window, and those of them whose cursor is no calendar date."""
    invalid = f"COALESCE(SUM({_no_date(cursor)}), 0)"
    return f"SELECT COUNT(*), {invalid} FROM {table(source)} WHERE {window_clause(schema, cursor, window)}"


def _no_date(cursor: Cursor) -> str:
    """Return the condition that a policy replaces the cursor's value: a zero in it, or a day that its month lacks."""
    if cursor.kind not in (CursorKind.DATETIME, CursorKind.DATE, CursorKind.TIMESTAMP):
        return "0"
    name = quoting.mysql_name(cursor.column)
    last_day = f"COALESCE(DAYOFMONTH(LAST_DAY({name})), 0)"
    return f"YEAR({name}) = 0 OR MONTH({name}) = 0 OR DAYOFMONTH({name}) NOT BETWEEN 1 AND {last_day}"


def window_clause(schema: TableSchema, cursor: Cursor, window: Window) -> str:
    """Return the window as a condition."""
    parts = [_above(schema, cursor, window.lower)] if window.lower is not None else []
    parts.append(f"{quoting.mysql_name(cursor.column)} < {cursor.literal(window.upper)}")
    return " AND ".join(parts)


def _where(schema: TableSchema, cursor: Cursor | None, chunk: Chunk) -> str:
    parts = []
    if chunk.nulls and cursor is not None:
        parts.append(_is_null(cursor))
    elif chunk.window is not None and cursor is not None:
        parts.append(window_clause(schema, cursor, chunk.window))
    if chunk.keys is not None:
        parts.extend(_key_range(chunk.keys))
    return _all_of(*parts)


def _is_null(cursor: Cursor) -> str:
    """Return the condition that the cursor is NULL.

    ``IS NULL`` also matches '0000-00-00' in a NOT NULL column (MySQL manual, "Comparison Functions and Operators").
    """
    return f"{quoting.mysql_name(cursor.column)} <=> NULL"


def _key_range(keys: KeyRange) -> list[str]:
    name = quoting.mysql_name(keys.column)
    parts = [f"{name} >= {quoting.integer(keys.lower)}"] if keys.lower is not None else []
    return [*parts, f"{name} < {quoting.integer(keys.upper)}"] if keys.upper is not None else parts


def _above(schema: TableSchema, cursor: Cursor, position: Position) -> str:
    """Return the condition for rows that ``position`` does not count as done."""
    name, literal = quoting.mysql_name(cursor.column), cursor.literal(position.value)
    if position.key is None:
        return f"{name} >= {literal}"
    return f"{name} >= {literal} AND ({name} > {literal} OR {_key_compare(schema, position.key, '>')})"


def _done(schema: TableSchema, cursor: Cursor, position: Position) -> str:
    name, literal = quoting.mysql_name(cursor.column), cursor.literal(position.value)
    if position.key is None:
        return f"{name} < {literal}"
    return f"({name} < {literal} OR ({name} = {literal} AND NOT ({_key_compare(schema, position.key, '>')})))"


def _key_compare(schema: TableSchema, values: tuple[str, ...], operator: str) -> str:
    """Compare a composite key column by column: MySQL uses indexes better than for a row comparison."""
    column = schema.column(schema.key[len(schema.key) - len(values)])
    value, literal = _ordered_value(column), _literal(column, values[0])
    if len(values) == 1:
        return f"{value} {operator} {literal}"
    rest = _key_compare(schema, values[1:], operator)
    return f"({value} {operator} {literal} OR ({value} = {literal} AND {rest}))"


def _ordered_value(column: Column) -> str:
    """Return the expression that compares as ORDER BY sorts: ENUM, SET and BIT sort by their number."""
    name = quoting.mysql_name(column.name)
    return f"CAST({name} AS UNSIGNED)" if _sorts_by_number(column) else name


def _sorts_by_number(column: Column) -> bool:
    return column.source_type.lower().startswith(("enum", "set", "bit"))


def _as_text(column: Column) -> str:
    value = _ordered_value(column)
    return f"HEX({value})" if column.cell is Cell.BYTES else f"CAST({value} AS CHAR)"


def _literal(column: Column, text: str) -> str:
    """Return a literal; numbers stay numbers, because MySQL compares a number with text as doubles and loses digits."""
    if _sorts_by_number(column) or column.cell in (Cell.INT16, Cell.INT32, Cell.INT64, Cell.DECIMAL):
        if not NUMBER.fullmatch(text):
            raise SourceError("A key value is not a number", where=column.name, found=repr(text))
        return text
    if column.cell is Cell.BYTES:
        return f"x'{bytes.fromhex(text).hex()}'"
    return quoting.mysql_string(text)


def _order(schema: TableSchema, cursor: Cursor | None) -> str:
    names = [*([cursor.column] if cursor else []), *schema.key]
    return "ORDER BY " + ", ".join(quoting.mysql_name(name) for name in dict.fromkeys(names))
