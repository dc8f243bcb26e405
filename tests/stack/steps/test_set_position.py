"""A watermark set by hand follows the rules of ``since``: no gap without ``allow_gap``, nothing in the future."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mysql_redshift.core.accounted import gaps
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import ConfigurationError, Conflict, SourceError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.planning.watermark_move import plan_reset, plan_set
from mysql_redshift.steps.state.journal import Journal
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

FIELDS = {"id": "id", "updated_at": "timestamp"}


def move_to(pipeline: TablePipeline, text: str, **options: Any) -> LogEntry:
    """Set the watermark, as a user who answers yes."""
    clients = pipeline.clients
    field = FIELDS[pipeline.spec.cursor.column if pipeline.spec.cursor else ""]
    return watermark.set_position(
        pipeline.spec, store=clients.store, source=clients.source, text=text, field=field, actor="test", **options
    )


def head(pipeline: TablePipeline) -> LogEntry | None:
    return Journal.of(pipeline.spec, pipeline.clients.store).head()


def by_id(pipeline: TablePipeline) -> TablePipeline:
    """Change the cursor to the id; three rows are synced."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 3)
    pipeline.sync()
    return pipeline


@pytest.mark.parametrize("allow_gap", [{}, {"allow_gap": True}])
def test_a_time_in_the_future_is_refused(pipeline: TablePipeline, allow_gap: dict[str, bool]) -> None:
    """It made every later run fail. The message names the source's clock; nothing is written, and syncs go on."""
    insert_orders(pipeline, 3)
    pipeline.sync()
    before = head(pipeline)
    with pytest.raises(ConfigurationError, match="in the future of the source's clock") as refused:
        move_to(pipeline, "2099-01-01T00:00:00Z", **allow_gap)
    assert re.search(
        r"expected: at most 20\d\d-\d\d-\d\dT\S+Z\n  found: 2099-01-01T00:00:00.000000Z\n", str(refused.value)
    )
    assert head(pipeline) == before
    insert_orders(pipeline, 1, first=4, at="2026-02-01")
    pipeline.sync(since="2026-02-01", until="2026-02-02")
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("column", ["DATETIME(6)", "DATE"])
def test_a_time_in_the_future_is_judged_in_the_zone_of_the_cursor(pipeline: TablePipeline, column: str) -> None:
    """The wall clock of Tokyo is nine hours ahead of UTC: as UTC it is in the future. The advised form is accepted."""
    pipeline.sql(f"ALTER TABLE orders MODIFY updated_at {column}")
    pipeline.change(cursor=CursorRef(column="updated_at", zone="Asia/Tokyo"))
    ((wall, day),) = pipeline.sql(
        "SELECT DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 530 MINUTE, '%Y-%m-%dT%H:%i:%s'), "
        "DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 530 MINUTE, '%Y-%m-%d')"
    )
    with pytest.raises(ConfigurationError, match="in the future") as refused:
        move_to(pipeline, wall, allow_gap=True)
    assert f"found: {wall}.000000Z (" in str(refused.value)
    assert "in Asia/Tokyo)" in str(refused.value)
    assert re.search(r"expected: at most \S+Z \(\S+\+09:00 in Asia/Tokyo\)\n", str(refused.value))
    assert "Without an offset it is read as UTC." in str(refused.value)
    entry = move_to(pipeline, f"{wall}+09:00", allow_gap=True)
    assert entry.position_to is not None
    shown = entry.cursor.local_text(entry.position_to.value) if entry.cursor else ""
    assert day in shown
    pipeline.sync()


def test_an_id_above_the_highest_one_is_refused(pipeline: TablePipeline) -> None:
    """Rows with lower ids that are inserted later would never be read. The id that the message names is accepted."""
    by_id(pipeline)
    before = head(pipeline)
    with pytest.raises(ConfigurationError, match="above the highest id") as refused:
        move_to(pipeline, "1000", allow_gap=True)
    assert "expected: at most 3, as MAX(id)\n  found: 1000\n" in str(refused.value)
    assert head(pipeline) == before
    (advised,) = re.findall(r"--id (\d+)", str(refused.value))
    move_to(pipeline, advised)
    insert_orders(pipeline, 2, first=4)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_an_id_is_refused_while_the_table_is_empty(pipeline: TablePipeline) -> None:
    """There is no row to skip; ids below may still be inserted. A reset, which the message advises, is possible."""
    pipeline.change(cursor=CursorRef(column="id"))
    with pytest.raises(ConfigurationError, match="above the highest id") as refused:
        move_to(pipeline, "5", allow_gap=True)
    assert "expected: an id of a row\n  found: 5; the table is empty\n" in str(refused.value)
    assert "watermark reset --pipeline shop --table orders" in str(refused.value)
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    insert_orders(pipeline, 2)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("column", ["id", "updated_at"])
@pytest.mark.parametrize("synced", [True, False])
def test_a_forward_set_needs_allow_gap(pipeline: TablePipeline, column: str, *, synced: bool) -> None:
    """The message counts the rows that would be left out. Both of its remedies help."""
    pipeline.change(cursor=CursorRef(column=column, zone="UTC"))
    if synced:
        insert_orders(pipeline, 2, at="2025-01-01")
        pipeline.sync(until="3" if column == "id" else "2025-02-01")
    insert_orders(pipeline, 10, first=3)
    before = head(pipeline)
    to = "7" if column == "id" else "2026-01-01T00:00:05Z"
    with pytest.raises(ConfigurationError, match="the rows between them would never be read") as refused:
        move_to(pipeline, to)
    assert re.search(r"; never read: rows \[\S+, \S+\), 5 at the source\n", str(refused.value))
    assert (
        "expected: at or below 3 (ids up to 2 are done)" if column == "id" else "expected: at or below 2025-02-01"
    ) in str(refused.value) or not synced
    assert "--allow-gap" in str(refused.value)
    assert head(pipeline) == before
    entry = move_to(pipeline, to, allow_gap=True)
    assert gaps(entry.accounted, entry.position_to)[-1].upper == entry.position_to
    pipeline.sync()
    assert pipeline.rows("id") == [(number,) for number in [*([1, 2] if synced else []), *range(8, 13)]]


def test_a_sync_is_the_other_remedy_of_a_refused_forward_set(pipeline: TablePipeline) -> None:
    """It reads the rows; then the same position is below the watermark."""
    insert_orders(pipeline, 10)
    with pytest.raises(ConfigurationError, match="Run a sync"):
        move_to(pipeline, "2026-01-01T00:00:05Z")
    pipeline.sync()
    move_to(pipeline, "2026-01-01T00:00:05Z")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


@ON_LAST
def test_an_allowed_gap_is_recorded_with_its_rows(pipeline: TablePipeline) -> None:
    """The history says what was left out on purpose, beside the operator's reason; the checks leave it out."""
    insert_orders(pipeline, 10)
    entry = move_to(pipeline, "2026-01-01T00:00:05Z", allow_gap=True, reason="old rows are archived")
    assert entry.reason == (
        "old rows are archived; gap allowed: the rows [oldest, 2026-01-01T00:00:05.000000Z) "
        "are left out; 5 at the source"
    )
    pipeline.sync()
    assert len(pipeline.rows()) == 5


@ON_LAST
def test_rows_that_were_read_are_not_left_out(pipeline: TablePipeline) -> None:
    """After a reset, a set up to what was read needs no permission; above it, only the other rows are named."""
    by_id(pipeline)
    insert_orders(pipeline, 6, first=4)
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    with pytest.raises(ConfigurationError, match=r"; never read: rows \[4, 7\), 3 at the source\n"):
        move_to(pipeline, "6")
    move_to(pipeline, "2")
    assert move_to(pipeline, "6", allow_gap=True).reason == (
        "gap allowed: the rows [4, 7) are left out; 3 at the source"
    )
    pipeline.sync()
    assert pipeline.rows("id") == [(number,) for number in (1, 2, 3, 7, 8, 9)]


@ON_LAST
def test_a_set_back_or_to_the_same_place_needs_no_allow_gap(pipeline: TablePipeline) -> None:
    """No row is left out, so nothing is recorded beside the reason."""
    by_id(pipeline)
    assert [move_to(pipeline, text, reason="again").reason for text in ("3", "1", "-1")] == ["again"] * 3
    assert pipeline.sync().rows_copied == 3
    assert pipeline.rows() == pipeline.source_rows()


@ON_LAST
def test_the_preview_counts_the_rows_between(pipeline: TablePipeline) -> None:
    """By the index of the cursor. Without an index, or for a reset, it says that they were not counted."""
    insert_orders(pipeline, 10)
    pipeline.sync()
    clients = pipeline.clients

    def preview(text: str) -> str:
        arguments: dict[str, Any] = {"store": clients.store, "source": clients.source, "field": "timestamp"}
        return plan_set(pipeline.spec, text=text, **arguments).preview()

    assert "\n  rows between: 4 at the source\n  effect: the next run reads" in preview("2026-01-01T00:00:06Z")
    pipeline.sql("ALTER TABLE orders DROP INDEX updated_at")
    assert "\n  rows between: not counted (no index begins with updated_at)\n" in preview("2026-01-01T00:00:06Z")
    assert "\n  to: none\n  rows between: not counted" in plan_reset(pipeline.spec, store=clients.store).preview()


@ON_LAST
@pytest.mark.parametrize("kind", ["set", "reset"])
def test_a_run_between_preview_and_answer_is_a_conflict(pipeline: TablePipeline, kind: str) -> None:
    """What the operator agreed to no longer holds; the position of the run stays."""
    by_id(pipeline)
    clients = pipeline.clients
    move = (
        plan_set(pipeline.spec, store=clients.store, source=clients.source, text="1", field="id")
        if kind == "set"
        else plan_reset(pipeline.spec, store=clients.store)
    )
    insert_orders(pipeline, 1, first=4)
    entry = pipeline.extract_and_publish()
    with pytest.raises(Conflict, match=entry.run_key):
        watermark.apply_move(move, store=clients.store, actor="test")
    assert head(pipeline) == entry


@ON_LAST
def test_ids_used_again_are_noticed_after_a_set(pipeline: TablePipeline) -> None:
    """A position set by hand is never above the ids of the table, so a lower AUTO_INCREMENT is no operator's wish."""
    by_id(pipeline)
    move_to(pipeline, "3")
    pipeline.sql("TRUNCATE TABLE orders")
    pipeline.sql("INSERT INTO orders (amount) VALUES (1)")
    with pytest.raises(SourceError, match="uses ids again"):
        pipeline.plan()


@ON_LAST
def test_a_since_in_the_future_is_refused_even_with_allow_gap(pipeline: TablePipeline) -> None:
    """The run configuration has the same limit as a set. Without ``since``, as the message advises, all rows arrive."""
    insert_orders(pipeline, 3)
    with pytest.raises(ConfigurationError, match="since is above every row that can be read now") as refused:
        pipeline.plan(since="2099-01-01", allow_gap=True)
    assert "Give an earlier since, or omit it to continue from the watermark." in str(refused.value)
    assert head(pipeline) is None
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()
