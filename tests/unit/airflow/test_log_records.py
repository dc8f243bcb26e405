"""The log records of a run: each states every fact of its step, starts with the table, and is a single record."""

from __future__ import annotations

from typing import Any

from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.ledger import AppliedEntry
from mysql_redshift.core.log import EntryKind, LogFile
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.position import PositionKind
from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.core.verification import Check, CheckResult
from mysql_redshift.core.window import Window
from mysql_redshift.operators import log_records
from mysql_redshift.steps.load import LoadReport
from mysql_redshift.steps.verification.report import VerifyReport
from tests.fakes.specs import at, entry, spec

WINDOW = Window(kind=PositionKind.ID, lower=at(1_000, kind=PositionKind.ID), upper=9_000)
CHUNKS = (Chunk(index=0, window=WINDOW), Chunk(index=1, nulls=True))
FILES = (
    LogFile(key="a", size=1_000_000, rows=8_000, etag="e"),
    LogFile(key="b", size=234_567, rows=220, etag="e"),
)


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "spec": spec(),
        "request": RunRequest(),
        "run_key": "20261125T184616Z-1a2b3c4d",
        "sequence": 1_012,
        "kind": EntryKind.EXTRACT,
        "load": LoadMode.MERGE,
        "full": False,
        "table_schema": None,
        "cursor": None,
        "position_from": at(1_000, kind=PositionKind.ID),
        "position_to": at(9_000, kind=PositionKind.ID),
        "window": WINDOW,
        "chunks": CHUNKS,
        "safe_point_reason": "maximum 8999, no writer open",
        "notes": ("column note was added", "backlog: read up to 9000 now"),
    }
    return Plan(**(values | changes))


def test_a_plan_is_logged_with_run_window_safe_point_chunks_and_notes() -> None:
    assert log_records.planned(plan()) == (
        "shop: shop.orders: planned\n"
        "  run: 20261125T184616Z-1a2b3c4d, log sequence 1012, mode sync\n"
        "  window: [1000, 9000)\n"
        "  safe point: maximum 8999, no writer open\n"
        "  position: 1000 -> 9000\n"
        "  chunks: 2, load: merge\n"
        "  note: column note was added\n"
        "  note: backlog: read up to 9000 now"
    )


def test_a_plan_that_reads_nothing_says_so() -> None:
    """Mode redshift-only has no window, no safe point and no chunks; a dry run is marked."""
    request = RunRequest(mode=Mode.REDSHIFT_ONLY, dry_run=True)
    idle = plan(request=request, window=None, chunks=(), safe_point_reason="", notes=(), position_from=None)
    assert log_records.planned(idle) == (
        "shop: shop.orders: planned\n"
        "  run: 20261125T184616Z-1a2b3c4d, log sequence 1012, mode redshift-only, dry run\n"
        "  window: nothing new\n"
        "  position: none -> 9000\n"
        "  chunks: 0"
    )


def test_a_full_refresh_is_logged_as_all_rows() -> None:
    assert "\n  window: all rows\n" in log_records.planned(plan(window=None, full=True))


def test_an_extraction_is_logged_with_rows_files_time_memory_and_policies() -> None:
    receipt = Receipt(
        run_key="r",
        chunk=0,
        rows=8_220,
        files=FILES,
        policy_counts={"day: zero_date": 3_000},
        seconds=1_234.56,
        peak_memory=2_345_678_901,
    )
    assert log_records.extracted(plan(), CHUNKS[0], receipt) == (
        "shop: shop.orders: chunk 0 ([1000, 9000)) extracted, 1 of 2\n"
        "  rows: 8,220 counted, read and written\n"
        "  files: 2, 1,234,567 bytes\n"
        "  time: 1,234.6 s, peak memory 2,345 MB\n"
        "  policy zero_date applied to 3,000 values of column day"
    )


def test_a_published_entry_is_logged_with_rows_files_positions_and_policies() -> None:
    published = entry(
        1_012, files=FILES, policy_counts={"day: zero_date": 3_000}, position_to=at(9_000, kind=PositionKind.ID)
    )
    assert log_records.published(plan(), published) == (
        "shop: shop.orders: log entry 1012 (extract) published\n"
        "  rows: 8,220 in 2 files\n"
        "  position: none -> 9000\n"
        "  policy zero_date applied to 3,000 values of column day"
    )


def test_a_run_that_publishes_nothing_is_logged_with_its_table() -> None:
    assert log_records.published(plan(), None) == (
        "shop: shop.orders: nothing to publish, the run is a dry run or of mode redshift-only"
    )


def test_a_load_is_logged_with_the_counts_of_each_entry_and_both_heads() -> None:
    """Deleted rows are shown only for entries that delete."""
    first = AppliedEntry(sequence=11, rows_copied=8_000, rows_inserted=7_000, rows_replaced=1_001, rows_superseded=9)
    second = AppliedEntry(sequence=12, rows_copied=2_000, rows_superseded=2_000, rows_deleted=1_500)
    report = LoadReport(load_id="x", applied=(first, second), ledger_head=1_012, log_head=1_013)
    assert log_records.loaded(spec(), report) == (
        "shop: shop.orders -> shop.orders: 2 log entries loaded, 10,000 rows copied\n"
        "  log entry 11: 8,000 rows copied, 7,000 inserted, 1,001 replaced, 9 superseded\n"
        "  log entry 12: 2,000 rows copied, 0 inserted, 0 replaced, 2,000 superseded, 1,500 deleted\n"
        "  ledger head: 1012, log head: 1013"
    )


def test_a_load_without_pending_entries_reports_whether_redshift_was_queried() -> None:
    idle = LoadReport(ledger_head=12, log_head=12)
    skipped = LoadReport(ledger_head=12, log_head=13, redshift_skipped=True)
    assert log_records.loaded(spec(), idle) == (
        "shop: shop.orders -> shop.orders: nothing pending\n  ledger head: 12, log head: 12"
    )
    assert log_records.loaded(spec(), skipped) == (
        "shop: shop.orders -> shop.orders: no rows to load, Redshift was not queried\n  ledger head: 12, log head: 13"
    )


def test_a_verification_is_logged_with_the_counts_of_each_check_and_the_position() -> None:
    results = (
        CheckResult(check=Check.CUSTODY, ok=True, expected="5 rows", found="5 rows in 1 log entries"),
        CheckResult(check=Check.BOUNDS, ok=True, expected="4 rows", found="5 rows", note="1 row was deleted"),
    )
    report = VerifyReport(results=results, rows=1_005, position=at(9_000, kind=PositionKind.ID))
    assert log_records.verified(spec(), report) == (
        "shop: shop.orders -> shop.orders: verified, 2 checks passed\n"
        "  custody: expected 5 rows, found 5 rows in 1 log entries\n"
        "  bounds: expected 4 rows, found 5 rows (1 row was deleted)\n"
        "  rows in the target: 1,005\n"
        "  verified through: 9000"
    )


def test_a_verification_without_checks_reports_why() -> None:
    when = "2026-10-31T12:00:05.000000Z"
    skipped = VerifyReport(position=at(9_000, kind=PositionKind.ID), redshift_skipped=True, checked_at=when)
    assert log_records.verified(spec(), skipped) == (
        f"shop: shop.orders -> shop.orders: not checked since {when}: nothing to load, and Redshift may sleep\n"
        "  verified through: 9000"
    )
    unchanged = VerifyReport(position=at(9_000, kind=PositionKind.ID), unchanged=True, checked_at=when)
    assert log_records.verified(spec(), unchanged) == (
        f"shop: shop.orders -> shop.orders: the target is the one that was loaded; nothing was loaded since {when}\n"
        "  verified through: 9000"
    )
    assert log_records.verified(spec(), VerifyReport()) == (
        "shop: shop.orders -> shop.orders: no log entry yet, nothing to verify"
    )
