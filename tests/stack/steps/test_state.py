"""State that is not what it should be is recognised: what was lost can be restored, and the message says how."""

from __future__ import annotations

import json
from collections.abc import Callable

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
    """Two runs of ten rows each, loaded and verified."""
    insert_orders(pipeline, 10)
    pipeline.sync()
    more(pipeline, first=11)
    pipeline.sync()
    return pipeline


def more(pipeline: TablePipeline, *, first: int, rows: int = 10) -> None:
    """Insert rows that the next run reads."""
    pipeline.sql(
        f"INSERT INTO orders VALUES {', '.join(f'({first + i}, UTC_TIMESTAMP(6), 1, NULL)' for i in range(rows))}"
    )
    pipeline.sql("DO SLEEP(0.01)")


def rewrite(pipeline: TablePipeline, key: str, change: Callable[[bytes], bytes]) -> None:
    """Change an object as an accident would."""
    stored = pipeline.clients.store.get(key)
    assert stored is not None
    pipeline.clients.store.put(key, change(stored.body))


def changed(**fields: object) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps({**json.loads(body), **fields}).encode()


LOG_ACCIDENTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda body: body[: len(body) // 2], "This LogEntry is not JSON"),
    "not ours": (lambda _: b"[1, 2]", "This LogEntry cannot be read"),
    "a field lost": (changed(run_key=None), "This LogEntry cannot be read\n"),
    "another sequence": (changed(sequence=7), "A log entry is stored under another sequence's key"),
    "newer": (changed(version=2, kind="teleport"), "This LogEntry was written by another version of the provider"),
}


@pytest.mark.parametrize("accident", LOG_ACCIDENTS)
def test_a_log_entry_that_was_damaged_is_refused(synced: TablePipeline, accident: str) -> None:
    """Nothing is assumed in its place: no run goes on, and nothing moves until it is restored."""
    change, says = LOG_ACCIDENTS[accident]
    key = TableLayout.of(synced.spec).entry(2)
    good = synced.clients.store.get(key)
    assert good is not None
    rewrite(synced, key, change)
    with pytest.raises(StateError) as caught:
        synced.plan()
    text = str(caught.value)
    assert says in text
    assert f"where: {synced.clients.store.uri(key)}" in text
    assert "what to do: " in text
    synced.clients.store.put(key, good.body)
    more(synced, first=50)
    synced.sync()
    assert synced.rows() == synced.source_rows()


def test_a_log_entry_of_another_table_is_refused(synced: TablePipeline) -> None:
    """Its files would be loaded into this table."""
    layout = TableLayout.of(synced.spec)
    entry = synced.clients.store.get(layout.entry(2))
    assert entry is not None
    spec = json.loads(entry.body)["spec"]
    spec["source"]["table"] = "customers"
    rewrite(synced, layout.entry(2), changed(spec=spec))
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
def test_a_missing_log_entry_is_never_skipped(synced: TablePipeline, missing: int) -> None:
    """Between two others a gap shows; at the head the ledger knows that there was more."""
    more(synced, first=50)
    synced.extract_and_publish()
    layout = TableLayout.of(synced.spec)
    lost = [1] if missing == 1 else [2, 3]
    synced.clients.store.delete([*(layout.entry(number) for number in lost), layout.watermark])
    with pytest.raises(StateError, match=r"[Rr]estore .*bucket's versions"):
        synced.load()


PASSED = {check: {"sequence": 900, "at": now_text()} for check in ("custody", "bounds", "window")}
CACHE_ACCIDENTS: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda body: body[:40],
    "not ours": lambda _: b"<html>",
    "another table's": changed(table_name="shop.customers", log_loaded=1),
    "newer": changed(version=2, log_loaded=1),
    "too far": changed(log_loaded=900, log_extracted=900, checks_passed=PASSED),
}


@pytest.mark.parametrize("accident", [*CACHE_ACCIDENTS, "missing"])
def test_the_cache_is_rebuilt_and_never_trusted(synced: TablePipeline, accident: str) -> None:
    """The next run writes it anew from log and ledger; until then the log answers."""
    key = TableLayout.of(synced.spec).watermark
    before = watermark.read(synced.spec, synced.clients.store)
    more(synced, first=50)
    synced.extract_and_publish()
    if accident == "missing":
        synced.clients.store.delete([key])
    else:
        rewrite(synced, key, CACHE_ACCIDENTS[accident])
    assert watermark.read(synced.spec, synced.clients.store).log_extracted == 3
    for stage in ("redshift", "verified"):
        assert watermark.stage_position(synced.spec, synced.clients.store, stage) is None
    assert synced.load().rows_copied == 10
    synced.verify()
    after = watermark_cache.read(synced.spec, synced.clients.store)
    assert (after.log_loaded, after.redshift_status) == (3, "success")
    assert {check: passed.sequence for check, passed in after.checks_passed.items()} == dict.fromkeys(PASSED, 3)
    assert after.verified_through is not None
    assert before.position is not None
    assert after.verified_through.value > before.position.value
    assert synced.rows() == synced.source_rows()


def ledger_of(pipeline: TablePipeline) -> str:
    return f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'


def way_of(pipeline: TablePipeline) -> str:
    """The table and its target, as messages name them."""
    database = pipeline.spec.source.database
    return f"shop: {database}.orders -> {database}.orders"


def test_a_target_restored_from_an_older_snapshot_loads_the_suffix_again(synced: TablePipeline) -> None:
    """Rows and ledger are as old as each other: custody finds it, even where nothing new is to be loaded."""
    synced.target(f"DELETE FROM {ledger_of(synced)} WHERE sequence > 1")
    synced.target("DELETE FROM {t} WHERE id > 10")
    with pytest.raises(DataCheckFailed, match="not in the ledger"):
        synced.verify("custody")
    report = synced.load()
    assert [entry.sequence for entry in report.applied] == [2]
    synced.verify()
    assert synced.rows() == synced.source_rows()


def test_a_target_that_was_dropped_is_recognised(synced: TablePipeline) -> None:
    """S12: its history would be missing in silence."""
    ((oid,),) = set(synced.target(f"SELECT target_oid FROM {ledger_of(synced)}"))
    synced.target("DROP TABLE {t}")
    more(synced, first=50)
    synced.extract_and_publish()
    with pytest.raises(TargetError) as caught:
        synced.load()
    assert str(caught.value) == (
        "The target table is not the one that was loaded: it was dropped, or dropped and created again\n"
        f"  where: {way_of(synced)}\n"
        f"  expected: table with OID {oid}\n"
        "  found: no such table\n"
        "  what to do: Its history is lost. Run with full_refresh: true to load every row again."
    )
    synced.sync(full_refresh=True)
    assert synced.rows() == synced.source_rows()


@pytest.mark.parametrize("lost", ["ledger", "ledger and target"])
def test_another_cluster_is_recognised(synced: TablePipeline, lost: str) -> None:
    """Loads are known, and this place has none of them."""
    synced.target(f"DROP TABLE {ledger_of(synced)}")
    if lost != "ledger":
        synced.target("DROP TABLE {t}")
    more(synced, first=50)
    synced.extract_and_publish()
    with pytest.raises(TargetError) as caught:
        synced.load()
    assert str(caught.value) == (
        "The ledger is empty although loads are known: another cluster, or the ledger was dropped\n"
        f"  where: {way_of(synced)}\n"
        "  expected: loads up to log entry 2\n"
        "  found: an empty ledger\n"
        "  what to do: Check the connection. If the target really is new, run with full_refresh: true."
    )
    synced.sync(full_refresh=True)
    assert synced.rows() == synced.source_rows()


def test_nothing_is_appended_to_rows_that_no_ledger_knows(pipeline: TablePipeline) -> None:
    """With ledger and cache gone, all would be appended a second time."""
    pipeline.change(load=LoadMode.APPEND)
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.target(f"DROP TABLE {ledger_of(pipeline)}")
    pipeline.clients.store.delete([TableLayout.of(pipeline.spec).watermark])
    with pytest.raises(TargetError) as caught:
        pipeline.load()
    assert str(caught.value) == (
        "The target holds rows that its ledger does not know, and appending could duplicate them\n"
        f"  where: {way_of(pipeline)}\n"
        "  expected: an empty target, because the ledger is empty\n"
        "  found: 10 rows\n"
        "  what to do: Restore the ledger with the target; or run with full_refresh: true to load every row again."
    )
    assert len(pipeline.rows()) == 10


def test_many_entries_are_loaded_in_batches(synced: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction is complete in itself: when a later one fails, the target is as the log was then."""
    monkeypatch.setattr(batch, "MOST_ENTRIES", 2)
    for number in range(5):
        more(synced, first=50 + number, rows=1)
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


def test_a_full_entry_ahead_takes_along_what_it_makes_superfluous(
    synced: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many entries lie before it, none is copied, and the target never holds half of them."""
    monkeypatch.setattr(batch, "MOST_ENTRIES", 2)
    entries = []
    for number in range(4):
        more(synced, first=50 + number, rows=1)
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


def test_the_state_is_written_so_that_people_can_read_it(synced: TablePipeline) -> None:
    """The names operators know stand in watermark.json, one a line."""
    stored = synced.clients.store.get(TableLayout.of(synced.spec).watermark)
    assert stored is not None
    assert codec.from_json(watermark_cache.WatermarkState, stored.body, where="").log_loaded == 2
    assert b'\n "log_loaded": 2,\n' in stored.body
