"""Damaged or lost state is detected; the message says how to restore it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.errors import DataCheckFailed, StateError, TargetError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.loading import batch
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.stamps import now_text
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST


@pytest.fixture
def synced(pipeline: TablePipeline) -> TablePipeline:
    """Sync ten rows twice."""
    insert_orders(pipeline, 10)
    pipeline.sync()
    insert_new_rows(pipeline, first=11)
    pipeline.sync()
    return pipeline


def insert_new_rows(pipeline: TablePipeline, *, first: int, rows: int = 10) -> None:
    """Insert rows whose cursor is now."""
    pipeline.sql(
        f"INSERT INTO orders VALUES {', '.join(f'({first + i}, UTC_TIMESTAMP(6), 1, NULL)' for i in range(rows))}"
    )
    pipeline.sql("DO SLEEP(0.01)")


def overwrite_object(pipeline: TablePipeline, key: str, change: Callable[[bytes], bytes]) -> None:
    """Overwrite an object by a changed copy, as an accident would."""
    stored = pipeline.clients.store.get(key)
    assert stored is not None
    pipeline.clients.store.put(key, change(stored.body))


def with_fields(**fields: object) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps({**json.loads(body), **fields}).encode()


LOG_ACCIDENTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda body: body[: len(body) // 2], "This LogEntry is not JSON"),
    "foreign": (lambda _: b"[1, 2]", "This LogEntry cannot be read"),
    "missing field": (with_fields(run_key=None), "This LogEntry cannot be read\n"),
    "wrong sequence": (with_fields(sequence=7), "A log entry is stored under another sequence's key"),
    "newer version": (
        with_fields(version=2, kind="teleport"),
        "This LogEntry was written by another version of the provider",
    ),
}


@pytest.mark.parametrize("accident", LOG_ACCIDENTS)
def test_a_damaged_log_entry_is_refused_until_it_is_restored(synced: TablePipeline, accident: str) -> None:
    """The plan fails and names the object; no default replaces the entry."""
    change, message = LOG_ACCIDENTS[accident]
    key = TableLayout.of(synced.spec).entry(2)
    original = synced.clients.store.get(key)
    assert original is not None
    overwrite_object(synced, key, change)
    with pytest.raises(StateError) as caught:
        synced.plan()
    text = str(caught.value)
    assert message in text
    assert f"where: {synced.clients.store.uri(key)}" in text
    assert "what to do: " in text
    synced.clients.store.put(key, original.body)
    insert_new_rows(synced, first=50)
    synced.sync()
    assert synced.rows() == synced.source_rows()


def test_a_log_entry_of_another_table_is_refused(synced: TablePipeline) -> None:
    """Otherwise its files would be loaded into this table."""
    layout = TableLayout.of(synced.spec)
    entry = synced.clients.store.get(layout.entry(2))
    assert entry is not None
    spec = json.loads(entry.body)["spec"]
    spec["source"]["table"] = "customers"
    overwrite_object(synced, layout.entry(2), with_fields(spec=spec))
    with pytest.raises(StateError) as caught:
        synced.plan()
    found = layout.table.replace("orders", "customers")
    assert str(caught.value) == (
        "This log holds an entry of another table\n"
        f"  where: {synced.clients.store.uri(layout.entry(2))}\n"
        f"  expected: {layout.table}\n"
        f"  found: {found}\n"
        "  what to do: Restore the object from the bucket's versions."
    )


@pytest.mark.parametrize("missing", [1, 2])
def test_a_missing_log_entry_is_not_skipped(synced: TablePipeline, missing: int) -> None:
    """A missing entry in the middle leaves a gap; if the last entries are missing, the ledger is ahead of the log."""
    insert_new_rows(synced, first=50)
    synced.extract_and_publish()
    layout = TableLayout.of(synced.spec)
    lost = [1] if missing == 1 else [2, 3]
    synced.clients.store.delete([*(layout.entry(number) for number in lost), layout.watermark])
    with pytest.raises(StateError, match=r"[Rr]estore .*bucket's versions"):
        synced.load()


CHECKS_PASSED_AHEAD = {check: {"sequence": 900, "at": now_text()} for check in ("custody", "bounds", "window")}
CACHE_ACCIDENTS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda body: body[:40],
    "foreign": lambda _: b"<html>",
    "another table": with_fields(table_name="shop.customers", log_loaded=1),
    "newer version": with_fields(version=2, log_loaded=1),
    "ahead of the log": with_fields(log_loaded=900, log_extracted=900, checks_passed=CHECKS_PASSED_AHEAD),
}


@pytest.mark.parametrize("accident", [*CACHE_ACCIDENTS, "missing"])
def test_a_damaged_watermark_cache_is_rebuilt_and_not_trusted(synced: TablePipeline, accident: str) -> None:
    """The next run rebuilds it from log and ledger; until then the position is read from the log."""
    key = TableLayout.of(synced.spec).watermark
    before = watermark.read(synced.spec, synced.clients.store)
    insert_new_rows(synced, first=50)
    synced.extract_and_publish()
    if accident == "missing":
        synced.clients.store.delete([key])
    else:
        overwrite_object(synced, key, CACHE_ACCIDENTS[accident])
    assert watermark.read(synced.spec, synced.clients.store).log_extracted == 3
    for stage in ("redshift", "verified"):
        assert watermark.stage_position(synced.spec, synced.clients.store, stage) is None
    assert synced.load().rows_copied == 10
    synced.verify()
    after = watermark_cache.read(synced.spec, synced.clients.store)
    assert (after.log_loaded, after.redshift_status) == (3, "success")
    assert {check: passed.sequence for check, passed in after.checks_passed.items()} == dict.fromkeys(
        CHECKS_PASSED_AHEAD, 3
    )
    assert after.verified_through is not None
    assert before.position is not None
    assert after.verified_through.value > before.position.value
    assert synced.rows() == synced.source_rows()


def ledger_of(pipeline: TablePipeline) -> str:
    return f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'


def where_text(pipeline: TablePipeline) -> str:
    """Return the ``where`` text of messages about the table."""
    database = pipeline.spec.source.database
    return f"shop: {database}.orders -> {database}.orders"


def test_a_target_restored_from_an_older_snapshot_loads_the_later_entries_again(synced: TablePipeline) -> None:
    """Rows and ledger are from the same snapshot; custody finds the missing entries although nothing new is pending."""
    synced.target(f"DELETE FROM {ledger_of(synced)} WHERE sequence > 1")
    synced.target("DELETE FROM {t} WHERE id > 10")
    with pytest.raises(DataCheckFailed, match="not in the ledger"):
        synced.verify("custody")
    report = synced.load()
    assert [entry.sequence for entry in report.applied] == [2]
    synced.verify()
    assert synced.rows() == synced.source_rows()


def test_a_dropped_target_is_detected(synced: TablePipeline) -> None:
    """S12: otherwise its earlier rows would be missing without an error."""
    ((oid,),) = set(synced.target(f"SELECT target_oid FROM {ledger_of(synced)}"))
    synced.target("DROP TABLE {t}")
    insert_new_rows(synced, first=50)
    synced.extract_and_publish()
    with pytest.raises(TargetError) as caught:
        synced.load()
    assert str(caught.value) == (
        "The target table is not the one that was loaded: it was dropped, or dropped and created again\n"
        f"  where: {where_text(synced)}\n"
        f"  expected: table with OID {oid}\n"
        "  found: no such table\n"
        "  what to do: Its rows are lost. Restore the table, or run with full_refresh: true to load every row again."
    )
    synced.sync(full_refresh=True)
    assert synced.rows() == synced.source_rows()


@pytest.mark.parametrize("lost", ["ledger", "ledger and target"])
def test_another_cluster_is_detected(synced: TablePipeline, lost: str) -> None:
    """The watermark cache knows of loads, but the ledger is empty."""
    synced.target(f"DROP TABLE {ledger_of(synced)}")
    if lost != "ledger":
        synced.target("DROP TABLE {t}")
    insert_new_rows(synced, first=50)
    synced.extract_and_publish()
    with pytest.raises(TargetError) as caught:
        synced.load()
    assert str(caught.value) == (
        "The ledger is empty although loads are known: another cluster, or the ledger was dropped\n"
        f"  where: {where_text(synced)}\n"
        "  expected: loads up to log entry 2\n"
        "  found: an empty ledger\n"
        "  what to do: Check the connection. If the target really is new, run with full_refresh: true."
    )
    synced.sync(full_refresh=True)
    assert synced.rows() == synced.source_rows()


def test_an_append_to_rows_without_a_ledger_is_refused(pipeline: TablePipeline) -> None:
    """Ledger and cache are lost, so appending could duplicate every row."""
    pipeline.change(load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.target(f"DROP TABLE {ledger_of(pipeline)}")
    pipeline.clients.store.delete([TableLayout.of(pipeline.spec).watermark])
    with pytest.raises(TargetError) as caught:
        pipeline.load()
    assert str(caught.value) == (
        "The target holds rows that its ledger does not know, and appending could duplicate them\n"
        f"  where: {where_text(pipeline)}\n"
        "  expected: an empty target, because no load has written it\n"
        "  found: 10 rows\n"
        "  what to do: Restore the ledger with the target; or run with full_refresh: true to load every row again."
    )
    assert len(pipeline.rows()) == 10


@pytest.mark.parametrize("first", ["empty", "set", "reset"])
def test_an_append_after_entries_without_rows_is_refused_as_well(pipeline: TablePipeline, first: str) -> None:
    """The ledger is no longer empty, but it does not know the target's rows either. The remedy of the message helps."""
    pipeline.change(load=LoadMode.APPEND)
    spec, store, source = pipeline.spec, pipeline.clients.store, pipeline.clients.source
    if first == "empty":
        create_target(pipeline)
        pipeline.extract_and_publish()
    elif first == "set":
        moment: dict[str, Any] = {"text": "2020-01-01", "field": "timestamp", "allow_gap": True}
        watermark.set_position(spec, store=store, source=source, actor="test", **moment)
    else:
        watermark.reset(spec, store=store, actor="test")
    pipeline.load()
    if first != "empty":
        create_target(pipeline)
    insert_new_rows(pipeline, first=50)
    pipeline.extract_and_publish()
    with pytest.raises(TargetError, match=r"its ledger does not know(.|\n)*found: 1 rows"):
        pipeline.load()
    pipeline.sync(full_refresh=True)
    assert pipeline.rows() == pipeline.source_rows()


def test_an_entry_without_rows_makes_an_older_target_not_known(pipeline: TablePipeline) -> None:
    """Such a table may be created again until the first load has written it."""
    create_target(pipeline)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.target("DROP TABLE {t}")
    insert_new_rows(pipeline, first=50)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
    assert len(set(pipeline.target(f"SELECT target_oid FROM {ledger_of(pipeline)}"))) == 2


def create_target(pipeline: TablePipeline) -> None:
    """Create the target by hand, with one row that no run has loaded."""
    columns = "id DECIMAL(20,0), updated_at TIMESTAMP, amount DECIMAL(12,2), note VARCHAR(200)"
    if not pipeline.target(f"SELECT 1 FROM pg_namespace WHERE nspname = '{pipeline.spec.target.schema}'"):
        pipeline.target(f'CREATE SCHEMA "{pipeline.spec.target.schema}"')
    pipeline.target(f"CREATE TABLE {{t}} ({columns})")
    pipeline.target("INSERT INTO {t} VALUES (1, '2026-01-01', 0.25, 'row 1')")


def test_many_pending_entries_are_loaded_in_several_transactions(
    synced: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a later transaction fails, the target contains the entries of the earlier ones."""
    monkeypatch.setattr(batch, "MOST_ENTRIES", 2)
    for number in range(5):
        insert_new_rows(synced, first=50 + number, rows=1)
        entry = synced.extract_and_publish()
    key = entry.files[0].key
    body = synced.clients.store.get(key)
    assert body is not None
    synced.clients.store.delete([key])
    with pytest.raises(TargetError):
        synced.load()
    assert [row[0] for row in synced.rows("id")][-4:] == [50, 51, 52, 53]
    synced.clients.store.put(key, body.body)
    assert [done.sequence for done in synced.load().applied] == [7]
    loads = f"SELECT COUNT(DISTINCT load_id) FROM {ledger_of(synced)} WHERE sequence > 2"
    assert synced.target(loads) == [(3,)]
    assert synced.rows() == synced.source_rows()


def test_entries_superseded_by_a_full_refresh_are_not_copied(
    synced: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are recorded in the same transaction as the full refresh, even if they exceed one batch."""
    monkeypatch.setattr(batch, "MOST_ENTRIES", 2)
    entries = []
    for number in range(4):
        insert_new_rows(synced, first=50 + number, rows=1)
        entries.append(synced.extract_and_publish())
    synced.extract_and_publish(full_refresh=True)
    synced.clients.store.delete([entry.files[0].key for entry in entries])
    applied = synced.load().applied
    assert [(done.sequence, done.rows_copied, done.rows_superseded) for done in applied] == [
        (3, 0, 1),
        (4, 0, 1),
        (5, 0, 1),
        (6, 0, 1),
        (7, 24, 0),
    ]
    synced.verify()
    assert synced.rows() == synced.source_rows()


def test_the_watermark_file_has_one_field_per_line(synced: TablePipeline) -> None:
    """Operators read ``watermark.json`` by eye."""
    stored = synced.clients.store.get(TableLayout.of(synced.spec).watermark)
    assert stored is not None
    assert codec.from_json(watermark_cache.WatermarkState, stored.body, where="").log_loaded == 2
    assert b'\n "log_loaded": 2,\n' in stored.body
