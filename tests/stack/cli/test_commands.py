"""The commands on real servers: each moves exactly the expected rows and reports their counts."""

from __future__ import annotations

from tests.stack.cli.conftest import Shop

ALL = "SELECT id, amount FROM {t} ORDER BY id"


def test_a_second_sync_reads_only_new_rows(shop: Shop) -> None:
    """Rows read, in files and copied are reported; the target contains each row once."""
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
    name = f"shop: {shop.database}.orders"
    for heading in (f"{name}: planned", f"{name}: log entry 2 (extract) published"):
        assert f"{heading}\n  " in second.err
    target = f"{name} -> {shop.database}.orders"
    assert f"{target}: 1 log entries loaded, 3 rows copied\n  log entry 2: 3 rows copied" in second.err
    assert f"{target}: verified, 2 checks passed\n  custody: " in second.err
    assert [int(key) for key, _ in shop.target(ALL)] == list(range(1, 14))


def test_a_sync_of_all_tables_prints_one_row_per_table(shop: Shop) -> None:
    """Rows are in the order of the YAML. A table without new rows is done as well."""
    shop.sql("INSERT INTO events (what) VALUES ('a'), ('b')")
    result = shop.run("sync")
    assert [(row["table"], row["rows_copied"], row["result"]) for row in result.rows] == [
        ("shop.orders", 0, "done"),
        ("shop.events", 2, "done"),
    ]
    assert result.code == 0


def test_a_sync_reads_again_from_a_watermark_that_was_set_back(shop: Shop) -> None:
    """The row at T is read again, the one before it is not, and no row is duplicate."""
    shop.orders(1, 10)
    shop.run("sync", "--table", "orders")
    shop.sql("UPDATE orders SET amount = 0 WHERE id IN (6, 7)")  # the cursor does not move: a sync cannot see it
    assert shop.run("sync", "--table", "orders").row["rows_read"] == 0
    moved = shop.run("watermark", "set", "--table", "orders", "--timestamp", "2026-01-01T07:00:00Z", "--yes")
    assert (moved.code, moved.row["kind"], moved.row["position_to"]) == (0, "set", "2026-01-01T07:00:00.000000Z")
    again = shop.run("sync", "--table", "orders")
    assert (again.row["rows_read"], again.row["rows_copied"]) == (4, 4)
    amounts = {int(key): float(amount) for key, amount in shop.target(ALL)}
    assert (amounts[6], amounts[7], len(amounts)) == (6.25, 0.0, 10)


def test_get_shows_the_position_of_the_log_and_history_shows_its_entries(shop: Shop) -> None:
    """Entries are shown newest first, with actor and reason."""
    shop.orders(1, 3)
    shop.run("sync", "--table", "orders")
    reason = ("--reason", "again from the start", "--yes")
    shop.run("watermark", "set", "--table", "orders", "--timestamp", "2026-01-01", *reason)
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


def test_a_sync_after_a_reset_reads_every_row_without_duplicates(shop: Shop) -> None:
    """D05: the load after a reset replaces the rows of the target."""
    shop.orders(1, 5)
    shop.run("sync", "--table", "orders")
    assert shop.run("watermark", "reset", "--table", "orders", "--yes").row["kind"] == "reset"
    assert shop.run("sync", "--table", "orders").row["rows_read"] == 5
    assert len(shop.target(ALL)) == 5


def test_set_by_id_marks_the_row_with_that_id_as_done(shop: Shop) -> None:
    """The next sync starts above it. A time is refused for an id cursor; the message names --id."""
    shop.sql("INSERT INTO events (what) VALUES ('a'), ('b'), ('c')")
    refused = shop.run("watermark", "set", "--table", "events", "--timestamp", "2026-01-01")
    assert refused.code == 1
    assert "expected: --id" in refused.err
    skip = ("--id", "2", "--allow-gap", "--yes")
    assert shop.run("watermark", "set", "--table", "events", *skip).row["position_to"] == "3"
    assert shop.run("sync", "--table", "events").row["rows_read"] == 1


def test_plan_shows_the_window_and_changes_nothing(shop: Shop) -> None:
    """Neither S3 nor the target changes."""
    shop.orders(1, 5)
    result = shop.run("plan", "--table", "orders", "--until", "2026-01-01T03:00:00Z")
    assert (result.code, result.row["window"], result.row["result"]) == (
        0,
        "[oldest, 2026-01-01T03:00:00.000000Z)",
        "planned",
    )
    assert f"shop: {shop.database}.orders: planned\n  run: " in result.err
    assert ", mode sync, dry run\n  window: [oldest, 2026-01-01T03:00:00.000000Z)\n  safe point: " in result.err
    assert shop.objects() == {}
    assert shop.target_tables() == set()


def test_a_window_can_be_repaired_without_moving_the_watermark(shop: Shop) -> None:
    """since, until and --no-move-watermark read exactly the rows of that window again."""
    shop.orders(1, 10)
    shop.run("sync", "--table", "orders")
    before = shop.run("watermark", "get", "--table", "orders").row["position"]
    window = ("--since", "2026-01-01T02:00:00Z", "--until", "2026-01-01T05:00:00Z")
    repaired = shop.run("sync", "--table", "orders", "--no-move-watermark", *window)
    assert repaired.row["rows_read"] == 3
    assert shop.run("watermark", "get", "--table", "orders").row["position"] == before
    assert len(shop.target(ALL)) == 10


def test_the_two_stages_can_run_separately(shop: Shop) -> None:
    """backup-only leaves rows pending; redshift-only loads them even if MySQL is unreachable."""
    shop.orders(1, 4)
    assert shop.run("sync", "--table", "orders", "--mode", "backup-only").row["rows_copied"] is None
    assert shop.target_tables() == set()
    shop.connect("source", port=1)
    loaded = shop.run("sync", "--table", "orders", "--mode", "redshift-only")
    assert (loaded.code, loaded.row["rows_copied"]) == (0, 4)


def test_verify_compares_counts_of_source_and_target(shop: Shop) -> None:
    """Each check reports expected and found counts. A row missing in the target exits with 4."""
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


def test_a_restored_target_is_adopted_and_loaded(shop: Shop) -> None:
    """The remedy that the failed run names: counts and keys are compared, and the pending rows are loaded."""
    shop.orders(1, 10)
    shop.run("sync", "--table", "orders")
    shop.target(f"CREATE TABLE {shop.database}.copied AS SELECT * FROM {{t}}")
    shop.target("DROP TABLE {t}")
    shop.target(f"ALTER TABLE {shop.database}.copied RENAME TO orders")
    shop.new_orders(11, 12)
    failed = shop.run("sync", "--table", "orders")
    assert failed.code == 6
    assert "run watermark adopt" in failed.err
    adopted = shop.run("watermark", "adopt", "--table", "orders", "--reason", "restored from a snapshot")
    assert (adopted.code, adopted.row["kind"], adopted.row["reason"]) == (0, "adopt", "restored from a snapshot")
    assert adopted.row["actor"].startswith("cli: ")
    assert [int(key) for key, _ in shop.target(ALL)] == list(range(1, 13))
    assert shop.run("sync", "--table", "orders").code == 0
