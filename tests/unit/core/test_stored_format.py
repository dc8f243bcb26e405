"""The format of what is stored: log entry, ledger and watermark.json.

A failure here means that the format changes. Follow the upgrade rule in docs/protocol.md: raise the version, keep
reading the older ones, then replace the golden file.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.core import codec, ledger, log
from mysql_redshift.core.accounted import CursorRange
from mysql_redshift.core.clock import Observation, Writer
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.ledger import LedgerRow
from mysql_redshift.core.log import Adoption, EntryKind, LogEntry, LogFile
from mysql_redshift.core.position import Position, PositionKind
from mysql_redshift.core.spec import (
    ColumnsRef,
    Compression,
    CursorRef,
    Deletes,
    LakeRef,
    LayoutRef,
    LoadMode,
    OnTypeChange,
    SourceRef,
    Strategy,
    TableSpec,
    TargetRef,
)
from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.core.types.column import Cell, Column, TableSchema
from mysql_redshift.core.window import Window
from mysql_redshift.errors import StateError
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.watermark_cache import CheckPass, WatermarkState

GOLDEN = Path(__file__).parent / "stored_format"
TIME = PositionKind.TIME
AT = Position(kind=TIME, value=1_760_000_000_000_000, key=("7", "a"))

SPEC = TableSpec(
    pipeline="shop",
    environment="prod",
    source=SourceRef(
        conn_id="my", database="shop", table="orders", writer_conn_id="writer", pool="mysql", readers=("bi",)
    ),
    lake=LakeRef(conn_id="aws", bucket="lake", prefix="mysql", sse="aws:kms", kms_key="key"),
    target=TargetRef(
        conn_id="rs",
        schema="shop",
        table="orders",
        ledger_schema="ledgers",
        iam_role="arn:aws:iam::1:role/copy",
    ),
    strategy=Strategy.INTRA_TABLE,
    cursor=CursorRef(column="updated_at", kind="unix-s", zone="Europe/Berlin", nulls="load"),
    key=("id",),
    load=LoadMode.APPEND,
    lookback=600.0,
    lag=3.0,
    max_hold=60.0,
    batch_rows=1000,
    chunk_rows=10_000,
    max_chunks=4,
    part_bytes=1_000_000,
    compression=Compression.GZIP,
    allow_empty_replace=True,
    deletes=Deletes.RECONCILE,
    on_type_change=OnTypeChange.REBUILD,
    checks=("custody", "keys"),
    may_sleep=True,
    columns=ColumnsRef(include=("id",), exclude=("note",), rename={"id": "nr"}),
    layout=LayoutRef(dist_style="key", dist_key="id", sort_key=("id",), encode={"id": "az64"}, declare_key=False),
    policies={"zero_date": "null"},
    column_policies={"day": {"zero_date": "fail"}},
)
COLUMN = Column(
    name="id",
    target="nr",
    source_type="bigint",
    cell=Cell.INT64,
    redshift_type="BIGINT",
    staging_type="BIGINT",
    nullable=False,
)
ENTRY = LogEntry(
    version=log.VERSION,
    sequence=7,
    kind=EntryKind.REPAIR,
    run_key="20261031T120000Z-0a1b2c3d",
    created_at="2026-10-31T12:00:00.000000Z",
    position_from=AT,
    position_to=AT,
    spec=SPEC,
    load=LoadMode.APPEND,
    full=True,
    cursor=Cursor(column="updated_at", kind=CursorKind.UNIX, zone="Europe/Berlin", resolution=1_000_000),
    window=Window(kind=TIME, lower=AT, upper=1_760_000_001_000_000),
    files=(LogFile(key="a/b.parquet", size=10, rows=5, etag="e", chunk=1, part=2),),
    source_rows=5,
    schema=TableSchema(columns=(COLUMN,), key=("id",), source=(("id", "bigint", "a + b"),)),
    fingerprint="f00d",
    cursor_range=("1", "9"),
    safe_point_reason="the source's clock, minus 3 s lag",
    server_uuid="3e11fa47-71ca-11e1-9e33-c80aa9429562",
    observation=Observation(
        maximum=9,
        writers=(Writer(thread=7, user="app", started=1, kind="statement", statement="CALL"),),
        visible=True,
        taken_at=2,
    ),
    accounted=(CursorRange(lower=Position(kind=TIME, value=1), upper=AT),),
    last_read=AT,
    nulls_read=True,
    rows_beyond_clock=2,
    newest_cursor="2026-10-31 12:00:00.000000",
    policy_counts={"day: null": 3},
    adopted=Adoption(target_oid=16_500, ledger_head=6),
    actor="cli: ann",
    run_id="manual__2026-10-31",
    reason="repair of October",
)
STATE = WatermarkState(
    table_name="shop.orders",
    version=watermark_cache.VERSION,
    last_mysql_data_timestamp="2026-10-31T12:00:00.000000Z",
    last_processed_id=6,
    last_mysql_extraction_time="2026-10-31T12:00:01.000000Z",
    mysql_status="success",
    mysql_rows_extracted=5,
    mysql_rows_beyond_clock=2,
    last_redshift_load_time="2026-10-31T12:00:02.000000Z",
    redshift_status="success",
    redshift_rows_loaded=5,
    backup_strategy="intra-table",
    last_error="none",
    created_at="2026-10-31T12:00:03.000000Z",
    updated_at="2026-10-31T12:00:04.000000Z",
    metadata={"note": "imported"},
    position=AT,
    log_extracted=7,
    log_loaded=6,
    verified_through=AT,
    checks_passed={"custody": CheckPass(sequence=6, at="2026-10-31T12:00:05.000000Z")},
)
ROW = LedgerRow(
    sequence=7,
    load_id="0a1b",
    run_key="20261031T120000Z-0a1b2c3d",
    kind="repair",
    log_uri="s3://lake/mysql/prod/shop/shop.orders",
    rows_copied=5,
    rows_inserted=3,
    rows_replaced=1,
    rows_superseded=1,
    position="2026-10-31T12:00:00.000000Z",
    max_cursor=9,
    target_oid=16_400,
    generation=1,
)


@pytest.mark.parametrize(("value", "file"), [(ENTRY, "log_entry.json"), (STATE, "watermark.json")])
def test_json_is_stored_exactly_like_this(value: Any, file: str) -> None:
    """Names, order and types; and what was stored is read back unchanged."""
    golden = (GOLDEN / file).read_bytes()
    assert codec.to_json(value) + b"\n" == golden
    assert codec.from_json(type(value), golden, where=file) == value


def test_the_ledger_is_stored_exactly_like_this() -> None:
    """Table, columns, order and types."""
    statements = [ledger_sql.create(SPEC.target), ledger_sql.insert(SPEC.target, ROW)]
    assert "\n".join([*statements, ""]) == (GOLDEN / "ledger.sql").read_text()


@pytest.mark.parametrize("value", [ENTRY, STATE, SPEC, ENTRY.files[0], SPEC.source, SPEC.lake, SPEC.target])
def test_the_examples_set_every_field(value: Any) -> None:
    """A new field with a default would otherwise escape the golden files."""
    unset = [
        field.name
        for field in fields(value)
        if field.name != "version" and field.default is not MISSING and getattr(value, field.name) == field.default
    ]
    assert unset == []


def test_the_ledger_row_has_every_column() -> None:
    """``loaded_at`` is set by Redshift."""
    assert [field.name for field in fields(LedgerRow)] == [name for name, _ in ledger.COLUMNS if name != "loaded_at"]


@pytest.mark.parametrize("version", [log.VERSION + 1, 99])
def test_a_newer_log_entry_is_refused(version: int) -> None:
    """An older provider must not guess what a newer one meant; it names both versions and the remedy."""
    plain = codec.to_plain(ENTRY) | {"version": version, "unknown_field": 1}
    with pytest.raises(StateError, match=rf"(?s)version {log.VERSION} or lower.*version {version}.*Upgrade"):
        codec.from_json(LogEntry, json.dumps(plain).encode(), where="entry", version=log.VERSION)


@pytest.mark.parametrize("version", [{}, {"version": None}, {"version": "1"}])
def test_a_log_entry_without_a_version_is_refused(version: dict[str, object]) -> None:
    """A truncated entry of one version must not be read as another."""
    plain = {name: value for name, value in codec.to_plain(ENTRY).items() if name != "version"} | version
    with pytest.raises(StateError, match=r"(?s)no format version.*Restore"):
        codec.from_json(LogEntry, json.dumps(plain).encode(), where="entry", version=log.VERSION)
