"""Checks compare every row that a run read, also after ``reset`` and ``set``, and state which rows no run read."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.steps import watermark
from mysql_redshift.steps.planning.watermark_move import plan_set
from mysql_redshift.steps.verification import target_state
from tests.flavors import ON_FIRST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST

CHECKS = ("custody", "bounds", "window", "keys")


@pytest.fixture(params=["updated_at", "id"])
def loaded(request: pytest.FixtureRequest, pipeline: TablePipeline) -> TablePipeline:
    """Return a table of 20 rows that was read whole; its cursor is a time or an id."""
    pipeline.change(cursor=CursorRef(column=request.param, zone="UTC"))
    insert_orders(pipeline, 20)
    pipeline.sync()
    return pipeline


@pytest.fixture(params=["updated_at", "id"])
def with_gap(request: pytest.FixtureRequest, pipeline: TablePipeline) -> TablePipeline:
    """Return a table of 20 rows whose first 6 rows were left out: its position was set before its first run."""
    pipeline.change(cursor=CursorRef(column=request.param, zone="UTC"))
    insert_orders(pipeline, 20)
    set_after_row(pipeline, 6)
    pipeline.sync()
    return pipeline


def test_rows_read_before_a_reset_and_a_set_are_still_checked(loaded: TablePipeline) -> None:
    """A set position leaves out nothing that was read: the target must still hold it."""
    reset(loaded)
    set_after_row(loaded, 15)
    loaded.sync()
    results = loaded.verify(*CHECKS).results
    assert [result.note for result in results] == ["", "", "", ""]
    loaded.target("DELETE FROM {t} WHERE id IN (2, 3)")
    with pytest.raises(DataCheckFailed, match=r"(?s)bounds, keys|keys, bounds") as failed:
        loaded.verify(*CHECKS)
    text = str(failed.value)
    assert "20 rows" in text
    assert "18 rows" in text
    assert "2 missing, 0 stale, 0 duplicate (keys 2, 3)" in text


def test_a_set_over_rows_that_were_read_needs_no_permission(loaded: TablePipeline) -> None:
    """It leaves out none; the preview says so."""
    reset(loaded)
    clients = loaded.clients
    field, text = ("timestamp", "2026-01-01T00:00:15Z") if by_time(loaded) else ("id", "15")
    move = plan_set(loaded.spec, store=clients.store, source=clients.source, text=text, field=field)
    assert "continues above these rows, which were read before" in move.preview()


def test_rows_are_checked_between_a_reset_and_the_next_run(loaded: TablePipeline) -> None:
    """Neither reset nor set changes what the target holds."""
    reset(loaded)
    loaded.load()
    loaded.verify(*CHECKS)
    loaded.target("DELETE FROM {t} WHERE id = 2")
    with pytest.raises(DataCheckFailed, match=r"keys 2\)"):
        loaded.verify(*CHECKS)
    set_after_row(loaded, 15)
    loaded.load()
    with pytest.raises(DataCheckFailed, match=r"keys 2\)"):
        loaded.verify(*CHECKS)


def test_rows_that_no_run_read_are_named_by_every_check(with_gap: TablePipeline) -> None:
    """They are left out on purpose; the note has their number and where they are."""
    place = "[oldest, 2026-01-01T00:00:06.000000Z)" if by_time(with_gap) else "[oldest, 7)"
    notes = {result.check.value: result.note for result in with_gap.verify(*CHECKS).results}
    assert set(notes) == set(CHECKS)
    assert all(f"not checked: 6 rows of the source in {place}" in note for note in notes.values())
    (alone,) = with_gap.verify("custody").results
    assert f"not checked: the rows in {place}" in alone.note
    with_gap.target("DELETE FROM {t} WHERE id IN (7, 12)")
    with pytest.raises(DataCheckFailed, match=r"2 missing, 0 stale, 0 duplicate \(keys 7, 12\)"):
        with_gap.verify(*CHECKS)


def test_a_repair_fills_a_gap(with_gap: TablePipeline) -> None:
    """Once its rows were read, they are checked like all others; the remedy in the note helps."""
    with_gap.sync(since="2026-01-01" if by_time(with_gap) else "0", move_watermark=False)
    with_gap.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match=r"\(keys 3\)"):
        with_gap.verify(*CHECKS)


def test_a_full_refresh_fills_a_gap(with_gap: TablePipeline) -> None:
    """It reads every row."""
    with_gap.sync(full_refresh=True)
    assert [result.note for result in with_gap.verify("bounds", "keys").results] == ["", ""]
    with_gap.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match=r"\(keys 3\)"):
        with_gap.verify(*CHECKS)


def test_a_table_whose_ids_start_again_is_not_missing_rows_that_are_not_read_yet(pipeline: TablePipeline) -> None:
    """After TRUNCATE and reset, ids below the old position are new rows."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("TRUNCATE TABLE orders")
    insert_orders(pipeline, 5, at="2026-02-01 00:00:00")
    reset(pipeline)
    pipeline.sync()
    insert_orders(pipeline, 5, first=6, at="2026-02-01 00:00:00")
    pipeline.verify(*CHECKS)


def test_the_check_window_says_that_an_entry_has_no_window(loaded: TablePipeline) -> None:
    """Such a verification proves nothing, so that the verified position stays."""
    loaded.change(checks=("window",))
    loaded.checks = ("window",)
    loaded.verify("window")
    before = watermark.read(loaded.spec, loaded.clients.store).verified_through
    assert before is not None
    reset(loaded)
    report = loaded.verify("window")
    assert report.results[0].note == "not compared: log entry 2 (reset) read no window"
    assert not report.looked
    assert report.position == before == watermark.read(loaded.spec, loaded.clients.store).verified_through


def test_the_check_window_compares_all_rows_of_a_full_read(loaded: TablePipeline) -> None:
    """A full read has no window; its entry has the number of rows that the target must hold."""
    loaded.sync(full_refresh=True)
    (result,) = loaded.verify("window").results
    assert (result.expected, result.found) == ("at least 20 rows in the full read of log entry 2", "20 rows")
    loaded.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match="19 rows"):
        loaded.verify("window")


def test_rows_without_a_cursor_are_named_by_bounds_and_keys(pipeline: TablePipeline) -> None:
    """They are loaded, but no position tells whether the target must hold them yet."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC", nulls="load"))
    insert_orders(pipeline, 5)
    pipeline.sql("INSERT INTO orders VALUES (6, NULL, 1, NULL), (7, NULL, 1, NULL)")
    pipeline.sync()
    for result in pipeline.verify("bounds", "keys").results:
        assert result.note == "not checked: 2 rows of the source whose cursor is NULL"


def test_custody_says_which_log_entries_it_compared(pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if verifications passed before."""
    monkeypatch.setattr(target_state, "MOST_ENTRIES", 2)
    for number in range(4):
        insert_orders(pipeline, 5, first=5 * number + 1, at=f"2026-01-0{number + 1} 00:00:00")
        pipeline.sync(until=f"2026-01-0{number + 2}")
    left_out = "not compared: log entries 1 to 2; a verification reads only the newest"
    for _ in range(2):
        (result,) = pipeline.verify("custody").results
        assert (result.found, result.note) == ("10 rows in log entries 3 to 4, all in the ledger", left_out)


def by_time(pipeline: TablePipeline) -> bool:
    return pipeline.spec.cursor is not None and pipeline.spec.cursor.column == "updated_at"


def reset(pipeline: TablePipeline) -> None:
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")


def set_after_row(pipeline: TablePipeline, row: int) -> None:
    """Set the position below the row after ``row``, which is one of the first 20."""
    field, text = ("timestamp", f"2026-01-01T00:00:{row:02}Z") if by_time(pipeline) else ("id", str(row))
    clients = pipeline.clients
    watermark.set_position(
        pipeline.spec, store=clients.store, source=clients.source, text=text, field=field, actor="test", allow_gap=True
    )
