"""Specs, schemas and log entries with default values, so that a test sets only the fields that matter to it."""

from __future__ import annotations

from typing import Any

from mysql_redshift.core.log import EntryKind, LogEntry, LogFile
from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.spec import CursorRef, LakeRef, LoadMode, SourceRef, TableSpec, TargetRef
from mysql_redshift.core.types.column import Cell, Column, TableSchema


def spec(**changes: Any) -> TableSpec:
    values: dict[str, Any] = {
        "pipeline": "shop",
        "environment": "test",
        "source": SourceRef(conn_id="my", database="shop", table="orders"),
        "lake": LakeRef(conn_id="aws", bucket="lake", prefix="mysql"),
        "target": TargetRef(
            conn_id="rs", schema="shop", table="orders", iam_role="arn:aws:iam::123456789012:role/copy"
        ),
        "cursor": CursorRef(column="updated_at", zone="UTC"),
    }
    return TableSpec(**(values | changes))


def column(name: str, cell: Cell = Cell.INT64, **changes: Any) -> Column:
    values: dict[str, Any] = {
        "name": name,
        "target": name.lower(),
        "source_type": "bigint",
        "cell": cell,
        "redshift_type": "BIGINT",
        "staging_type": "BIGINT",
        "nullable": False,
    }
    return Column(**(values | changes))


def schema(*names: str, key: tuple[str, ...] = ("id",)) -> TableSchema:
    return TableSchema(columns=tuple(column(name) for name in names or ("id", "updated_at")), key=key)


def at(value: int, key: tuple[str, ...] | None = None, kind: PositionKind = PositionKind.TIME) -> Position:
    return Position(kind=kind, value=value, key=key)


def entry(sequence: int, **changes: Any) -> LogEntry:
    values: dict[str, Any] = {
        "sequence": sequence,
        "kind": EntryKind.EXTRACT,
        "run_key": f"run-{sequence}",
        "created_at": "2026-01-01T00:00:00Z",
        "position_from": None,
        "position_to": at(sequence * 10),
        "spec": spec(),
        "load": LoadMode.MERGE,
        "schema": schema(),
        "files": (LogFile(key=f"f{sequence}", size=10, rows=5, etag="e"),),
        "source_rows": 5,
    }
    return LogEntry(**(values | changes))
