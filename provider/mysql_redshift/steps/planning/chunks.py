"""Cuts a window into chunks by probing the index; never counts or scans the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mysql_redshift.core import quoting
from mysql_redshift.core.chunk import Chunk, by_cursor, by_keys
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.spec import SourceRef, Strategy, TableSpec
from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.core.types.column import Cell, TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import SourceError
from mysql_redshift.ports import Source


def cut_window(
    spec: TableSpec, schema: TableSchema, cursor: Cursor | None, window: Window | None, source: Source
) -> tuple[tuple[Chunk, ...], Window | None]:
    """Return the chunks and the window that they cover: a backlog is cut to max_chunks of chunk_rows rows.

    ``window`` None means all rows; they are never cut short, the chunks grow instead.
    """
    if spec.strategy is not Strategy.INTRA_TABLE:
        return (Chunk(index=0, window=window),), window
    if window is None or window.lower is None:
        boundaries = _key_boundaries(spec, schema, source)
        if boundaries is not None and (window is None or len(boundaries) < spec.max_chunks):
            step = -(-(len(boundaries) + 1) // spec.max_chunks)
            return by_keys(window, schema.key[0], boundaries[step - 1 :: step]), window
    if window is None or cursor is None:
        return (Chunk(index=0, window=window),), window
    edges = _cursor_boundaries(spec, schema, cursor, window, source)
    if len(edges) == spec.max_chunks:
        top = cursor.floor(edges[-1])
        if len(edges) == 1 or top > edges[-2]:
            window = replace(window, upper=top)
    return by_cursor(window, edges), window


def null_chunk(
    spec: TableSpec, schema: TableSchema, cursor: Cursor | None, window: Window | None, source: Source
) -> bool:
    """Return whether rows with a NULL cursor need a chunk of their own.

    Raises:
        SourceError: there are some, and no policy says how to handle them.

    """
    if cursor is None or window is None or spec.cursor is None or not schema.column(cursor.column).nullable:
        return False
    rows = int(source.query(source_sql.null_cursors(spec.source, cursor))[0][0])
    if rows and spec.cursor.nulls != "load":
        raise SourceError(
            "Rows have no cursor value, so no window would ever contain them",
            where=f"{spec.name}, column {cursor.column}",
            expected="no NULL",
            found=f"{rows} rows with NULL",
            remedy="Fill the column, or set cursor: {column: ..., nulls: load} to load these rows in every run.",
        )
    return rows > 0


def reads_nulls(spec: TableSpec, schema: TableSchema, cursor: Cursor, window: Window | None) -> bool:
    """Return whether a run without a row limit reads all rows with a NULL cursor, if there are any."""
    declared = spec.cursor is not None and spec.cursor.nulls == "load"
    return declared and window is not None and schema.column(cursor.column).nullable


def _key_boundaries(spec: TableSpec, schema: TableSchema, source: Source) -> list[int] | None:
    """Probe the first key column; None if it is not an integer."""
    if not schema.key or schema.column(schema.key[0]).cell not in (Cell.INT16, Cell.INT32, Cell.INT64, Cell.DECIMAL):
        return None
    if schema.column(schema.key[0]).scale:
        return None
    probes = _probe(spec.source, schema.key[0], "", spec.chunk_rows, source)
    return [int(text) for text in probes]


def _cursor_boundaries(
    spec: TableSpec, schema: TableSchema, cursor: Cursor, window: Window, source: Source
) -> list[int]:
    where = source_sql.window_clause(schema, cursor, window)
    edges: list[int] = []
    for text in _probe(spec.source, cursor.column, where, spec.chunk_rows, source):
        edges.append(cursor.parse(text))
        if len(edges) == spec.max_chunks:
            break
    return edges


def _probe(source_ref: SourceRef, column: str, where: str, step: int, source: Source) -> Iterator[str]:
    """Yield ascending values, each about ``step`` rows above the last; a value with more rows than that, once."""
    lower: str | None = None
    while True:
        found = _value(source, source_sql.next_boundary(source_ref, column, lower=lower, where=where, offset=step))
        if found is not None and lower == _literal(found):
            beyond = source_sql.value_above(source_ref, column, lower=lower, where=where)
            found = _value(source, beyond)
        if found is None:
            return
        yield found
        lower = _literal(found)


def _value(source: Source, sql: str) -> str | None:
    rows = source.query(sql)
    return None if not rows or rows[0][0] is None else str(rows[0][0])


def _literal(text: str) -> str:
    """Return a literal: numbers unquoted, so that MySQL compares integers and not doubles; others as text."""
    return text if source_sql.NUMBER.fullmatch(text) else quoting.mysql_string(text)
