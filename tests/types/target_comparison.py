"""Compare the columns of the target with those of the source, in the text that the source server prints."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from mysql_redshift.core.quoting import mysql_name, redshift_name
from mysql_redshift.core.types.column import Column, TableSchema
from tests.table_pipeline import TablePipeline
from tests.types.cases import Case
from tests.types.round_trip import server_values


def differences(
    pipeline: TablePipeline, schema: TableSchema, cases: dict[str, Case], *, flavor: str
) -> dict[str, list[Any]]:
    """Compare the columns of ``t`` one by one; return the pairs (target, source) that differ, by column."""
    different = {}
    for name, case in cases.items():
        column = schema.column(name)
        expected: list[Any] = server_values(pipeline.mysql, case, flavor=flavor, column=mysql_name(name))
        if _kind(column) == "SUPER":
            expected = [value and _parse_json(bytes.fromhex(value).decode()) for value in expected]
        found = _target_texts(pipeline, column, case)
        pairs = [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]]
        if pairs:
            different[f"{case.name} {case.type}"] = pairs
    return different


def _target_texts(pipeline: TablePipeline, column: Column, case: Case) -> list[Any]:
    sql = {"VARBYTE": "FROM_VARBYTE({c}, 'hex')", "SUPER": "JSON_SERIALIZE({c})"}.get(_kind(column), "{c}")
    quoted = redshift_name(column.target).replace("{", "{{").replace("}", "}}")  # pipeline.target formats its text
    rows = pipeline.target(f"SELECT {sql.format(c=quoted)} FROM {{t}} ORDER BY id")
    return [None if value is None else _to_text(value, column, case) for (value,) in rows]


def _to_text(value: Any, column: Column, case: Case) -> Any:
    match _kind(column):
        case "VARBYTE":
            return value.upper()
        case "SUPER":
            return _parse_json(value)
        case "TIME":
            return value.isoformat(timespec="microseconds")
        case _:
            return case.to_text(value)


def _kind(column: Column) -> str:
    return column.redshift_type.partition("(")[0]


def _parse_json(text: str) -> Any:
    """Parse JSON without rounding a number."""
    return json.loads(text, parse_float=Decimal)
