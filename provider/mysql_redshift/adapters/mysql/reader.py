"""Read a SELECT as Arrow batches. This pure-Python reader is the reference for a faster one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pyarrow as pa

from mysql_redshift.adapters.mysql.cells import ROW_LIMIT, Refused, lengths_of, to_array
from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.adapters.mysql.rows import Cells, RawRows
from mysql_redshift.adapters.parquet.schema import arrow_schema
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import SourceError

BATCH_BYTES = 64 * 1024 * 1024
PIECE_ROWS = 8192
PIECE_BYTES = 8 * 1024 * 1024


class MySQLRowStream:
    """Batches of one SELECT, each at most ``batch_rows`` rows and about 64 MB.

    Iterate once, to the end or not at all.

    Raises:
        SourceError: a value does not fit and no policy applies, or a row is too long for COPY.
        ConnectionFailed: the connection was lost; a partial result never looks complete.

    """

    def __init__(self, session: Session, sql: str, schema: TableSchema, batch_rows: int) -> None:
        self._session, self._sql, self._schema, self._batch_rows = session, sql, schema, max(1, batch_rows)
        self._arrow = arrow_schema(schema)
        self._policy_counts: Counter[str] = Counter()

    @property
    def policy_counts(self) -> Mapping[str, int]:
        """Number of values changed per "column: policy"; complete after the last batch."""
        return dict(self._policy_counts)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        pieces: list[pa.RecordBatch] = []
        rows = size = 0
        for piece in self._pieces():
            pieces.append(piece)
            rows += piece.num_rows
            size += piece.nbytes
            if rows + PIECE_ROWS > self._batch_rows or size >= BATCH_BYTES:
                yield _combined(pieces)
                pieces, rows, size = [], 0, 0
        if pieces:
            yield _combined(pieces)

    def _pieces(self) -> Iterator[pa.RecordBatch]:
        """Convert a few rows at a time: rows as Python objects take many times their size on the wire."""
        with closing(RawRows(self._session, self._sql, columns=len(self._schema.columns))) as source:
            while True:
                rows, size = source.take(min(self._batch_rows, PIECE_ROWS), PIECE_BYTES)
                if not rows:
                    return
                yield self._batch(rows, size)

    def _batch(self, rows: list[Cells], size: int) -> pa.RecordBatch:
        columns = zip(self._schema.columns, zip(*rows, strict=True), strict=True)
        arrays = [self._array(cells, column, rows) for column, cells in columns]
        if size > ROW_LIMIT:
            self._check_row_sizes(arrays, rows)
        return pa.RecordBatch.from_arrays(arrays, schema=self._arrow)

    def _array(self, cells: tuple[bytes | None, ...], column: Column, rows: list[Cells]) -> pa.Array[Any]:
        try:
            return to_array(cells, column, self._policy_counts)
        except Refused as exc:
            raise SourceError(
                exc.what,
                where=f"column {column.name} {column.source_type}, {self._key_of(rows[exc.row])}",
                expected=exc.expected,
                found=exc.found,
                remedy=exc.remedy,
            ) from exc

    def _check_row_sizes(self, arrays: list[pa.Array[Any]], rows: list[Cells]) -> None:
        """Refuse a row that exceeds COPY's 4 MB after the policies were applied."""
        wide = [array for array in arrays if pa.types.is_string(array.type) or pa.types.is_binary(array.type)]
        sizes = [sum(lengths) for lengths in zip(*(lengths_of(array) for array in wide), strict=True)]
        longest = max(sizes, default=0)
        if longest > ROW_LIMIT:
            raise SourceError(
                "A row is too long for Redshift's COPY",
                where=self._key_of(rows[sizes.index(longest)]),
                expected=f"at most {ROW_LIMIT} bytes per row",
                found=f"{longest} bytes",
                remedy="Shorten it at the source, declare too_long for its longest column, or exclude that column.",
            )

    def _key_of(self, row: Cells) -> str:
        parts = [
            f"{column.name}={(cell or b'NULL').decode('utf-8', 'backslashreplace')}"
            for column, cell in zip(self._schema.columns, row, strict=True)
            if column.name in self._schema.key
        ]
        return f"row with key {', '.join(parts)}" if parts else "a table without a key"


def _combined(pieces: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.Table.from_batches(pieces).combine_chunks().to_batches()[0]
