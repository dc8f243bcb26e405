"""The compatibility matrix of Parquet columns and Redshift columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from devstack.redshift.copy.table import TableColumn


@dataclass(frozen=True, kw_only=True)
class ParquetColumn:
    """A column of a file. ``physical`` is empty for a nested column; ``logical`` is the kind of its annotation."""

    name: str
    physical: str
    logical: str
    unit: str = ""
    precision: int = 0
    scale: int = 0
    width: int = 0
    signed: bool = True
    bits: int = 0
    utc: bool = False
    optional: bool = True
    index: int = 0

    @property
    def schema(self) -> str:
        """The Parquet schema in the form of Redshift's messages."""
        kind = {"FIXED_LEN_BYTE_ARRAY": f"fixed_len_byte_array({self.width})"}.get(self.physical, self.physical.lower())
        repetition = "optional" if self.optional else "required"
        return f"{repetition} {kind or 'group'} {self.name} [i:{self.index} d:{int(self.optional)} r:0]"


Test = Callable[[ParquetColumn, TableColumn], bool]


def _integer(bits: int) -> Test:
    def test(file: ParquetColumn, _: TableColumn) -> bool:
        if file.physical != f"INT{bits}" or file.logical not in ("NONE", "INT"):
            return False
        return file.logical == "NONE" or (file.signed and file.bits <= bits)

    return test


def _small_integer(file: ParquetColumn, _: TableColumn) -> bool:
    return file.physical == "INT32" and file.logical == "INT" and file.signed and file.bits <= 16


def _physical(name: str, *logical: str) -> Test:
    return lambda file, _: file.physical == name and file.logical in logical


def _decimal(file: ParquetColumn, table: TableColumn) -> bool:
    if file.logical != "DECIMAL" or (file.precision, file.scale) != (table.precision, table.scale):
        return False
    if file.physical == "FIXED_LEN_BYTE_ARRAY":
        return file.width == decimal_width(file.precision)
    return (file.physical == "INT32" and file.precision <= 9) or (file.physical == "INT64" and file.precision <= 18)


def decimal_width(precision: int) -> int:
    """Return the minimum number of bytes for a signed number with this many digits."""
    return math.ceil((math.log2(10**precision) + 1) / 8)


def _timestamp(file: ParquetColumn, _: TableColumn) -> bool:
    if file.physical == "INT96":
        return True
    return file.physical == "INT64" and file.logical == "TIMESTAMP" and file.unit in ("MILLIS", "MICROS")


def _instant(file: ParquetColumn, table: TableColumn) -> bool:
    return _timestamp(file, table) and (file.physical == "INT96" or file.utc)


def _never(_file: ParquetColumn, _table: TableColumn) -> bool:
    return False


def _json(file: ParquetColumn, _: TableColumn) -> bool:
    return file.physical == "" or (file.physical == "BYTE_ARRAY" and file.logical in TEXT)


TEXT = ("NONE", "STRING", "JSON", "ENUM")
ACCEPTS: dict[str, Test] = {
    "int2": _small_integer,
    "int4": _integer(32),
    "int8": _integer(64),
    "float4": _physical("FLOAT", "NONE"),
    "float8": _physical("DOUBLE", "NONE"),
    "numeric": _decimal,
    "timestamp": _timestamp,
    "timestamptz": _instant,
    "date": _physical("INT32", "DATE"),
    "bool": _physical("BOOLEAN", "NONE"),
    "time": _never,
    "timetz": _never,
    "bpchar": _physical("BYTE_ARRAY", *TEXT),
    "varchar": _physical("BYTE_ARRAY", *TEXT),
    "text": _physical("BYTE_ARRAY", *TEXT),
    "varbyte": _physical("BYTE_ARRAY", *TEXT),
    "super": _json,
}


def accepts(file: ParquetColumn, table: TableColumn) -> bool:
    """Return whether COPY accepts this column of the file for this column of the table."""
    return ACCEPTS.get(table.kind, _never)(file, table)
