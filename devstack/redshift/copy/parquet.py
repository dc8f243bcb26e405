"""Open a Parquet file and check its schema against the table's columns, by position."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from devstack.redshift.copy.errors import LoadError
from devstack.redshift.copy.matrix import ParquetColumn, accepts
from devstack.redshift.copy.table import TableColumn, TargetTable

READABLE_ENCODINGS = frozenset(("PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"))
READABLE_COMPRESSIONS = frozenset(("UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"))
PAGE_V2 = b"\x15\x06"  # the page header's first field, in Thrift's compact encoding: type = DATA_PAGE_V2


class ParquetSource:
    """A local copy of a file. ``address`` is its name in messages, ``url`` its s3:// URL."""

    def __init__(self, path: Path, *, address: str, url: str) -> None:
        self._path = path
        self.address = address
        self.url = url
        try:
            self.file = pq.ParquetFile(path, coerce_int96_timestamp_unit="us", buffer_size=1 << 16)
        except (pa.ArrowException, OSError) as exc:
            text = f"File '{address}' has an invalid Parquet footer or is not a Parquet file: {exc}"
            raise LoadError(context=text, file_name=url) from exc

    def check(self, table: TargetTable, options: dict[str, str]) -> None:
        """Raise LoadError unless every column is compatible with the table's column at its position."""
        columns = _columns(self.file)
        missing = len(table.columns) - len(columns)
        if missing < 0 or (missing > 0 and "FILLRECORD" not in options):
            text = (
                f"Unmatched number of columns between table and file. Table columns: {len(table.columns)}, "
                f"Data columns: {len(columns)}, File name: {self.address}"
            )
            raise LoadError(context=text, file_name=self.url, location="dory_util.cpp:1450")
        for position, (column, target) in enumerate(zip(columns, table.columns, strict=False)):
            if target.kind == "super" and "SERIALIZETOJSON" not in options:
                raise LoadError(
                    message="SUPER column in COPY query requires SERIALIZETOJSON option",
                    code=1000,
                    context="",
                    sqlstate="0A000",
                )
            if not accepts(column, target):
                raise self._incompatible(column, target, position)
        self._check_pages()

    def _incompatible(self, column: ParquetColumn, target: TableColumn, position: int) -> LoadError:
        text = (
            f"File '{self.address}' has an incompatible Parquet schema for column '{self.url}.{column.name}'. "
            f"Column type: {target.type_name}, Parquet schema:\n{column.schema}"
        )
        return LoadError(
            context=text,
            file_name=self.url,
            column_name=target.name,
            column_type=target.type_name,
            position=position,
        )

    def _check_pages(self) -> None:
        """Refuse encodings that Redshift's Parquet reader is not known to support."""
        meta = self.file.metadata
        for group in range(meta.num_row_groups):
            for index in range(meta.num_columns):
                self._check_chunk(meta.row_group(group).column(index))

    def _check_chunk(self, chunk: Any) -> None:
        encodings = sorted(set(chunk.encodings) - READABLE_ENCODINGS)
        if encodings:
            raise self._unreadable(f"encoding {encodings[0]}", chunk.path_in_schema)
        if chunk.compression not in READABLE_COMPRESSIONS:
            raise self._unreadable(f"compression {chunk.compression}", chunk.path_in_schema)
        with self._path.open("rb") as raw:
            raw.seek(chunk.data_page_offset)
            if raw.read(2) == PAGE_V2:
                raise self._unreadable("data page version 2", chunk.path_in_schema)

    def _unreadable(self, what: str, column: str) -> LoadError:
        text = f"File '{self.address}' has an unsupported {what} in column '{column}'"
        return LoadError(context=text, file_name=self.url, column_name=column)


def _columns(file: pq.ParquetFile) -> list[ParquetColumn]:
    """Return the top-level columns; a nested column has no physical type."""
    leaves: dict[str, list[Any]] = {}
    for index in range(len(file.schema)):
        leaf = file.schema.column(index)
        leaves.setdefault(leaf.path.split(".")[0], []).append((index, leaf))
    columns = []
    for name, found in leaves.items():
        index, leaf = found[0]
        if leaf.path != name:
            columns.append(ParquetColumn(name=name, physical="", logical="NONE", index=index))
        else:
            columns.append(_leaf(index, leaf))
    return columns


def _leaf(index: int, leaf: Any) -> ParquetColumn:
    logical = json.loads(leaf.logical_type.to_json())
    return ParquetColumn(
        name=leaf.name,
        physical=leaf.physical_type,
        logical=leaf.logical_type.type,
        unit={"milliseconds": "MILLIS", "microseconds": "MICROS"}.get(logical.get("timeUnit", ""), "NANOS"),
        precision=logical.get("precision", 0),
        scale=logical.get("scale", 0),
        width=leaf.length if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY" else 0,
        signed=logical.get("isSigned", True),
        bits=logical.get("bitWidth", 0),
        utc=logical.get("isAdjustedToUTC", False),
        optional=leaf.max_definition_level > 0,
        index=index,
    )
