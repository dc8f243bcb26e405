"""Encode the batches of a Parquet file as PostgreSQL's binary COPY, and check every value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pgpq import ArrowToPostgresBinaryEncoder

from devstack.redshift.copy.errors import LoadError
from devstack.redshift.copy.parquet import ParquetSource
from devstack.redshift.copy.table import TableColumn, TargetTable

BATCH_ROWS = 65536
ROW_BYTES = 4 * 1024 * 1024
SUPER_STRING_BYTES = 65535
ARROW: dict[str, Callable[[TableColumn], pa.DataType]] = {
    "int2": lambda _: pa.int16(),
    "int4": lambda _: pa.int32(),
    "int8": lambda _: pa.int64(),
    "float4": lambda _: pa.float32(),
    "float8": lambda _: pa.float64(),
    "numeric": lambda c: pa.decimal128(c.precision, c.scale),
    "timestamp": lambda _: pa.timestamp("us"),
    "timestamptz": lambda _: pa.timestamp("us"),
    "date": lambda _: pa.date32(),
    "bool": lambda _: pa.bool_(),
    "varbyte": lambda _: pa.binary(),
}


def _arrow(column: TableColumn) -> pa.DataType:
    make = ARROW.get(column.kind)
    return pa.string() if make is None else make(column)


class RowEncoder:
    """The encoder of one COPY: first the header, then the batches of any number of files, then the trailer."""

    def __init__(self, table: TargetTable, options: dict[str, str]) -> None:
        self._table = table
        self._options = options
        self._schema = pa.schema([pa.field(f"c{index}", _arrow(c)) for index, c in enumerate(table.columns)])
        encoder: Any = ArrowToPostgresBinaryEncoder
        self._encoder = encoder(self._schema)
        self.rows = 0

    def header(self) -> bytes:
        return bytes(self._encoder.write_header())

    def end(self) -> bytes:
        return bytes(self._encoder.finish())

    def batches(self, source: ParquetSource) -> Iterator[bytes]:
        """Yield one piece of COPY data per batch. Raises LoadError at the first value that does not fit."""
        for batch in source.file.iter_batches(batch_size=BATCH_ROWS):
            arrays = [self._array(batch, index, source) for index in range(len(self._table.columns))]
            _check_rows(batch, source)
            self.rows += batch.num_rows
            yield self._encoder.write_batch(pa.record_batch(arrays, schema=self._schema))

    def _array(self, batch: pa.RecordBatch, index: int, source: ParquetSource) -> Any:
        column, wanted = self._table.columns[index], self._schema.field(index).type
        if index >= batch.num_columns:
            array = pa.nulls(batch.num_rows, wanted)
        else:
            array = self._fit(batch.column(index), column, wanted, source)
        if column.not_null and array.null_count:
            text = f"Cannot insert a NULL value into column {column.name}"
            raise _value_error(source, column, text, message=text, code=8007)
        return array

    def _fit(self, array: Any, column: TableColumn, wanted: pa.DataType, source: ParquetSource) -> Any:
        if column.kind == "super":
            return _json(array, source, column)
        if column.kind in ("varchar", "text", "bpchar"):
            array = self._text(array, source, column)
        try:
            array = array.cast(wanted)
        except pa.ArrowInvalid as exc:
            raise _value_error(source, column, f"Value out of range for column {column.name}: {exc}") from exc
        if column.kind in ("varchar", "text", "bpchar", "varbyte"):
            _check_length(array, source, column)
        return array

    def _text(self, array: Any, source: ParquetSource, column: TableColumn) -> Any:
        """Return strings that are valid UTF-8 without NUL; ACCEPTINVCHARS replaces invalid bytes."""
        binary = array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array
        binary = binary.cast(pa.binary())
        try:
            text = binary.cast(pa.string())
            clean = not pc.any(pc.match_substring(text, "\0")).as_py()
        except pa.ArrowInvalid:
            clean = False
        if clean and column.kind == "bpchar" and not pc.all(pc.string_is_ascii(text)).as_py():
            message = "Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: "
            raise _value_error(source, column, message + _multibyte(text), code=1220)
        if clean:
            return text
        if "ACCEPTINVCHARS" not in self._options:
            text = "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: "
            raise _value_error(source, column, text + _bad_sequence(binary), code=1220)
        mark = self._options["ACCEPTINVCHARS"] or "?"
        return pa.array([None if v is None else _replace(v, mark) for v in binary.to_pylist()], pa.string())


def _replace(value: bytes, mark: str) -> str:
    """Replace each byte that is not UTF-8."""
    out: list[str] = []
    at = 0
    while True:
        try:
            return "".join([*out, value[at:].decode()]).replace("\0", mark)
        except UnicodeDecodeError as exc:
            out += [value[at : at + exc.start].decode(), mark * (exc.end - exc.start)]
            at += exc.end


def _bad_sequence(array: Any) -> str:
    for value in array.to_pylist():
        try:
            if value is not None and "\0" in value.decode():
                return "0 (error 3)"
        except UnicodeDecodeError as exc:
            return f"{exc.object[exc.start : exc.end].hex(' ')} (error 4)"
    return ""


def _multibyte(array: Any) -> str:
    """Return the first multi-byte character in hexadecimal."""
    texts = (value for value in array.to_pylist() if value is not None)
    found = next(char for text in texts for char in str(text) if not char.isascii())
    return found.encode().hex(" ")


def _lengths(array: Any) -> Any:
    return pc.binary_length(array)


def _check_length(array: Any, source: ParquetSource, column: TableColumn) -> None:
    longest = pc.max(_lengths(array)).as_py() or 0
    if longest <= column.length:
        return
    text = (
        f"The length of the data column {column.name} is longer than the length defined in the table. "
        f"Table: {column.length}, Data: {longest}, File name: {source.address}"
    )
    raise _value_error(source, column, text)


def _check_rows(batch: pa.RecordBatch, source: ParquetSource) -> None:
    """Refuse rows above 4 MB; only batches that can contain one are checked."""
    if batch.nbytes <= ROW_BYTES:
        return
    variable = [c for c in batch.columns if pa.types.is_string(c.type) or pa.types.is_binary(c.type)]
    if not variable:
        return
    totals = pc.fill_null(_lengths(variable[0]), 0).cast(pa.int64())
    for column in variable[1:]:
        totals = pc.add(totals, pc.fill_null(_lengths(column), 0).cast(pa.int64()))
    most = pc.max(totals).as_py()
    if most > ROW_BYTES:
        text = f"The size of a row is {most} bytes, the most is {ROW_BYTES}. File name: {source.address}"
        raise LoadError(context=text, file_name=source.url)


def _json(array: Any, source: ParquetSource, column: TableColumn) -> Any:
    """Serialize to JSON: a string becomes a JSON string and is not parsed."""
    values = array.to_pylist()
    if any(
        len(v if isinstance(v, bytes) else v.encode()) > SUPER_STRING_BYTES
        for v in values
        if isinstance(v, (str, bytes))
    ):
        text = f"String value exceeds the max size of {SUPER_STRING_BYTES} bytes"
        raise _value_error(source, column, text, code=1224)
    return pa.array(
        [None if v is None else json.dumps(v, default=_plain, ensure_ascii=False) for v in values], pa.string()
    )


def _plain(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _value_error(
    source: ParquetSource, column: TableColumn, text: str, *, message: str = "Spectrum Scan Error", code: int = 15007
) -> LoadError:
    return LoadError(
        context=text,
        message=message,
        code=code,
        file_name=source.url,
        column_name=column.name,
        column_type=column.type_name,
        column_length=str(column.length) if column.kind in ("varchar", "text", "bpchar", "varbyte") else "",
    )
