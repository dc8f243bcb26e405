"""The commands on real servers: each moves exactly the rows it should, and says so."""

from __future__ import annotations

from tests.stack.cli.conftest import Shop

ALL = "SELECT id, amount FROM {t} ORDER BY id"


def test_a_second_sync_reads_only_what_is_new(shop: Shop) -> None:
    """Rows read, in the files and copied are told; the target holds each row once."""
    shop.orders(1, 10)
    first = shop.run("sync", "--table", "orders")
    shop.new_orders(11, 13)
    second = shop.run("sync", "--table", "orders")
    assert (first.code, second.code) == (0, 0)
    assert [(r.row["rows_read"], r.row["rows_in_files"], r.row["rows_copied"]) for r in (first, second)] == [
        (10, 10, 10),
        (3, 3, 3),
    ]
    assert second.row["result"] == "done"
    assert [int(key) for key, _ in shop.target(ALL)] == list(range(1, 14))


def test_a_sync_of_every_table_is_one_row_each(shop: Shop) -> None:
    """In the order of the YAML; nothing new is done as well."""
    shop.sql("INSERT INTO events (what) VALUES ('a'), ('b')")
    result = shop.run("sync")
    assert [(row["table"], row["rows_copied"], row["result"]) for row in result.rows] == [
        ("shop.orders", 0, "done"),
        ("shop.events", 2, "done"),
    ]
    assert result.code == 0


def test_a_watermark_set_back_reads_exactly_from_there_again(shop: Shop) -> None:
    """The row at T itself is read again, the one before is not, and none is doubled."""
    shop.orders(1, 10)
    shop.run("sync", "--table", "orders")
    shop.sql("UPDATE orders SET amount = 0 WHERE id IN (6, 7)")  # the cursor does not move: a sync cannot see it
    assert shop.run("sync", "--table", "orders").row["rows_read"] == 0
    moved = shop.run("watermark", "set", "--table", "orders", "--timestamp", "2026-01-01T07:00:00Z", "--reason", "test")
    assert (moved.code, moved.row["kind"], moved.row["position_to"]) == (0, "set", "2026-01-01T07:00:00.000000Z")
    again = shop.run("sync", "--table", "orders")
    assert (again.row["rows_read"], again.row["rows_copied"]) == (4, 4)
    amounts = {int(key): float(amount) for key, amount in shop.target(ALL)}
    assert (amounts[6], amounts[7], len(amounts)) == (6.25, 0.0, 10)


def test_get_shows_the_log_s_position_and_history_who_moved_it(shop: Shop) -> None:
    """Newest first, with actor and reason."""
    shop.orders(1, 3)
    shop.run("sync", "--table", "orders")
    shop.run("watermark", "set", "--table", "orders", "--timestamp", "2026-01-01", "--reason", "again from the start")
    state = shop.run("watermark", "get", "--table", "orders").row
    assert state["position"] == "2026-01-01T00:00:00.000000Z"
    assert (state["log_extracted"], state["log_loaded"], state["redshift_rows_loaded"]) == (2, 1, 3)
    history = shop.run("watermark", "history", "--table", "orders").rows
    assert [(entry["sequence"], entry["kind"], entry["rows"]) for entry in history] == [
        (2, "set", 0),
        (1, "extract", 3),
    ]
    assert history[0]["reason"] == "again from the start"
    assert history[0]["actor"].startswith("cli")
    shown = shop.run("watermark", "get", output="table")
    assert "2026-01-01T00:00:00.000000Z" in shown.out


def test_a_reset_reads_everything_again_and_doubles_nothing(shop: Shop) -> None:
    """D5."""
    shop.orders(1, 5)
    shop.run("sync", "--table", "orders")
    assert shop.run("watermark", "reset", "--table", "orders").row["kind"] == "reset"
    assert shop.run("sync", "--table", "orders").row["rows_read"] == 5
    assert len(shop.target(ALL)) == 5


def test_set_by_id_means_that_the_row_is_done(shop: Shop) -> None:
    """The next sync begins above it; the wrong kind of point is refused with the right one."""
    shop.sql("INSERT INTO events (what) VALUES ('a'), ('b'), ('c')")
    refused = shop.run("watermark", "set", "--table", "events", "--timestamp", "2026-01-01")
    assert refused.code == 1
    assert "expected: --id" in refused.err
    assert shop.run("watermark", "set", "--table", "events", "--id", "2").row["position_to"] == "3"
    assert shop.run("sync", "--table", "events").row["rows_read"] == 1


def test_plan_shows_the_window_and_moves_nothing(shop: Shop) -> None:
    """Neither at S3 nor at the target."""
    shop.orders(1, 5)
    result = shop.run("plan", "--table", "orders", "--until", "2026-01-01T03:00:00Z")
    assert (result.code, result.row["window"], result.row["result"]) == (
        0,
        "[oldest, 2026-01-01T03:00:00.000000Z)",
        "planned",
    )
    assert shop.objects() == {}
    assert shop.target_tables() == set()


def test_a_window_can_be_repaired_without_moving_the_watermark(shop: Shop) -> None:
    """since, until and --no-move-watermark: exactly those rows again."""
    shop.orders(1, 10)
    shop.run("sync", "--table", "orders")
    before = shop.run("watermark", "get", "--table", "orders").row["position"]
    window = ("--since", "2026-01-01T02:00:00Z", "--until", "2026-01-01T05:00:00Z")
    repaired = shop.run("sync", "--table", "orders", "--no-move-watermark", *window)
    assert repaired.row["rows_read"] == 3
    assert shop.run("watermark", "get", "--table", "orders").row["position"] == before
    assert len(shop.target(ALL)) == 10


def test_the_stages_run_apart(shop: Shop) -> None:
    """backup-only leaves rows pending; redshift-only loads them though MySQL cannot be reached."""
    shop.orders(1, 4)
    assert shop.run("sync", "--table", "orders", "--mode", "backup-only").row["rows_copied"] is None
    assert shop.target_tables() == set()
    shop.connect("source", port=1)
    loaded = shop.run("sync", "--table", "orders", "--mode", "redshift-only")
    assert (loaded.code, loaded.row["rows_copied"]) == (0, 4)


def test_verify_counts_at_both_ends(shop: Shop) -> None:
    """Each check with what it expected and found; a row lost in the target ends with 4."""
    shop.orders(1, 6)
    shop.run("sync", "--table", "orders")
    good = shop.run("verify", "--table", "orders", "--check", "custody", "bounds", "window")
    assert (good.code, [row["check"] for row in good.rows]) == (0, ["custody", "bounds", "window"])
    assert all(row["result"] == "ok" for row in good.rows)
    shop.target("DELETE FROM {t} WHERE id = 3")
    bad = shop.run("verify", "--table", "orders")
    assert bad.code == 4
    assert "Rows are missing in the target" in bad.err
    assert bad.row["result"].startswith("failed: Verification failed: bounds")
