"""Create the Parquet files, manifests and other objects of cases."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
import json
import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

TYPES: dict[str, Any] = {
    "fixed": pa.binary,
    "decimal": pa.decimal128,
    "decimal256": pa.decimal256,
    "list": lambda: pa.list_(pa.int32()),
    "struct": lambda: pa.struct([("x", pa.int32()), ("y", pa.string())]),
    "timestamp_utc": lambda: pa.timestamp("us", tz="UTC"),
    "timestamp_us": lambda: pa.timestamp("us"),
    "timestamp_ms": lambda: pa.timestamp("ms"),
    "timestamp_ns": lambda: pa.timestamp("ns"),
    "time_us": lambda: pa.time64("us"),
    "time_ms": lambda: pa.time32("ms"),
    "date": pa.date32,
}
PARSED: dict[str, Any] = {
    "decimal": decimal.Decimal,
    "decimal256": decimal.Decimal,
    "date": datetime.date.fromisoformat,
    "time_us": datetime.time.fromisoformat,
    "time_ms": datetime.time.fromisoformat,
    "binary": bytes.fromhex,
    "fixed": bytes.fromhex,
}


def body(spec: Mapping[str, Any], urls: Mapping[str, str], sizes: Mapping[str, int]) -> bytes:
    """Return an object's content: Parquet from ``columns``, a manifest from ``entries``, or ``text`` as it is."""
    if "columns" in spec:
        made = _parquet(spec)
    elif "entries" in spec:
        made = json.dumps({"entries": [_entry(entry, urls, sizes) for entry in spec["entries"]]}).encode()
    else:
        made = str(spec.get("text", "")).encode()
    return gzip.compress(made) if spec.get("gzip") else made


def _entry(entry: Mapping[str, Any], urls: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return a manifest entry: ``file`` becomes its URL, ``size`` is added to its length, False omits ``meta``."""
    name = entry.get("file", "")
    made: dict[str, Any] = {"url": entry.get("url", urls.get(name, urls["missing"].replace("missing", name)))}
    if "double_slash" in entry:
        made["url"] = made["url"].replace("/" + name, "//" + name)
    if "mandatory" in entry:
        made["mandatory"] = entry["mandatory"]
    size = entry.get("size", 0)
    if size is not False:
        made["meta"] = {} if entry.get("empty_meta") else {"content_length": sizes.get(name, 1) + int(size)}
    return made


def _parquet(spec: Mapping[str, Any]) -> bytes:
    columns = [_column(*column) for column in spec["columns"]]
    fields = [pa.field(column[0], array.type) for column, array in zip(spec["columns"], columns, strict=True)]
    out = io.BytesIO()
    options: dict[str, Any] = {
        "compression": spec.get("compression", "snappy"),
        "data_page_version": spec.get("page", "1.0"),
        "use_dictionary": spec.get("dictionary", True),
        "version": spec.get("version", "2.6"),
        "store_schema": False,
        "use_deprecated_int96_timestamps": spec.get("int96", False),
        "store_decimal_as_integer": spec.get("decimal_as_integer", False),
        "coerce_timestamps": spec.get("coerce"),
    }
    if "encoding" in spec:
        options |= {"column_encoding": spec["encoding"], "use_dictionary": False}
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), out, **options)
    return out.getvalue()


def _column(_name: str, type_name: str, values: list[Any], repeat: int = 1) -> Any:
    kind, numbers = _kind(type_name)
    make = TYPES.get(kind)
    arrow = make(*numbers) if make is not None else getattr(pa, kind if kind != "bool" else "bool_")()
    parse = _timestamp if kind.startswith("timestamp") else PARSED.get(kind, lambda value: value)
    # TOML has no null, which is written as the string NULL; a long text is written as "x*300"
    made = [None if value == "NULL" else parse(_long(value)) for value in values * repeat]
    return pa.array(made, arrow)


def _kind(text: str) -> tuple[str, list[int]]:
    kind, _, rest = text.partition("(")
    return kind, [int(n) for n in re.findall(r"\d+", rest)]


def _timestamp(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _long(value: Any) -> Any:
    match = re.fullmatch(r"(.+)\*(\d+)", value, re.DOTALL) if isinstance(value, str) else None
    return match.group(1) * int(match.group(2)) if match else value
