"""Parquet files that Redshift's COPY accepts: limited in size, counted by their footers, always removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mysql_redshift.adapters.parquet import ParquetEncoder, arrow_schema
from mysql_redshift.core.types.column import Cell, TableSchema
from mysql_redshift.errors import SourceError, TransientError
from tests.fakes.specs import column

SCHEMA = TableSchema(
    columns=(
        column("ID", Cell.INT64),
        column("amount", Cell.DECIMAL, precision=12, scale=2),
        column("at", Cell.TIMESTAMP),
        column("small", Cell.INT32),
        column("blob", Cell.BYTES, max_bytes=10),
        column("day", Cell.DATE),
    ),
    key=("ID",),
)


def batch(rows: int, start: int = 0) -> pa.RecordBatch:
    numbers = list(range(start, start + rows))
    columns: list[pa.Array[Any]] = [
        pa.array(numbers, pa.int64()),
        pa.array(numbers, pa.int32()).cast(pa.decimal128(12, 2)),
        pa.array(numbers, pa.timestamp("us")),
        pa.array(numbers, pa.int32()),
        pa.array([None] * rows, pa.binary()),
        pa.array(numbers, pa.date32()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=arrow_schema(SCHEMA))


def test_no_rows_make_no_part(tmp_path: Path) -> None:
    """An empty window writes no file."""
    assert list(ParquetEncoder(tmp_path).parts([batch(0)], SCHEMA, part_bytes=1)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_part_ends_with_the_batch_that_fills_it(tmp_path: Path) -> None:
    """Every batch exceeds the limit of one byte, so each makes a part; the footers count all rows."""
    parts = ParquetEncoder(tmp_path).parts([batch(10), batch(5, 10), batch(1, 15)], SCHEMA, part_bytes=1)
    seen = [(part.rows, pq.read_table(part.path)["id"].to_pylist()) for part in parts]
    assert [rows for rows, _ in seen] == [10, 5, 1]
    assert [value for _, values in seen for value in values] == list(range(16))


def test_batches_below_the_size_limit_share_one_part(tmp_path: Path) -> None:
    """A small window produces one file."""
    (part,) = (p.rows for p in ParquetEncoder(tmp_path).parts([batch(10), batch(5)], SCHEMA, part_bytes=10**9))
    assert part == 15


def test_a_part_is_deleted_when_the_next_one_is_requested(tmp_path: Path) -> None:
    """The local disk holds only the part being written and the part being uploaded."""
    parts = ParquetEncoder(tmp_path).parts([batch(10), batch(5)], SCHEMA, part_bytes=1)
    first = next(parts)
    assert first.path.exists()
    next(parts)
    assert not first.path.exists()
    assert list(parts) == []
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_reading_leaves_no_file(tmp_path: Path) -> None:
    """A failed chunk must not leave a file that could be mistaken for its result."""

    def broken() -> Iterator[pa.RecordBatch]:
        yield batch(10)
        raise SourceError("gone")

    with pytest.raises(SourceError, match="gone"):
        list(ParquetEncoder(tmp_path).parts(broken(), SCHEMA, part_bytes=10**9))
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_writing_reaches_the_reader(tmp_path: Path) -> None:
    """An error in the encoder's thread must not be lost."""
    with pytest.raises(TransientError, match="could not be written"):
        list(ParquetEncoder(tmp_path / "missing").parts([batch(1)], SCHEMA, part_bytes=1))


def test_closing_the_iterator_stops_the_thread_and_removes_files(tmp_path: Path) -> None:
    """A consumer that stops early must leave neither behind."""
    parts = ParquetEncoder(tmp_path).parts(iter([batch(10)] * 50), SCHEMA, part_bytes=1)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_the_file_format_is_supported_by_copy(tmp_path: Path) -> None:
    """It uses COPY's physical types, the target's names, plain or dictionary pages, and no Arrow metadata."""
    for part in ParquetEncoder(tmp_path).parts([batch(100)], SCHEMA, part_bytes=1):
        file = pq.ParquetFile(part.path)
        group = file.metadata.row_group(0)
        columns = [group.column(i) for i in range(group.num_columns)]
        assert [file.schema.column(i).name for i in range(6)] == ["id", "amount", "at", "small", "blob", "day"]
        physical = ["INT64", "FIXED_LEN_BYTE_ARRAY", "INT64", "INT32", "BYTE_ARRAY", "INT32"]
        assert [c.physical_type for c in columns] == physical
        assert "timeUnit=microseconds" in str(file.schema.column(2).logical_type)
        assert {e for c in columns for e in c.encodings} <= {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY"}
        assert {c.compression for c in columns} == {"SNAPPY"}
        assert not file.metadata.metadata


def test_a_dot_in_a_name_is_replaced_and_names_stay_unique() -> None:
    """Parquet readers treat a dot as a nested field; COPY maps columns by position."""
    columns = tuple(column(name) for name in ("a.b", "a_b", "a_b_", "c"))
    assert arrow_schema(TableSchema(columns=columns, key=())).names == ["a_b__", "a_b", "a_b_", "c"]
