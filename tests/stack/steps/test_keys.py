"""The check ``keys`` finds every difference; reconciling deletes exactly the rows that the source no longer has."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import CursorRef, Deletes, LoadMode
from mysql_redshift.errors import Conflict, DataCheckFailed
from mysql_redshift.steps import watermark
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.verification.report import VerifyReport
from mysql_redshift.steps.verify import verify
from tests.table_pipeline import TablePipeline, insert_orders

MISSING_REMEDY = "Rows are missing"
DUPLICATE_REMEDY = "duplicate rows"
MOMENT = "'2026-01-01 00:00:00'"


@pytest.fixture
def synced(pipeline: TablePipeline) -> TablePipeline:
    """Sync twenty rows."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    return pipeline


@pytest.mark.parametrize(
    ("at", "statement", "found", "remedy"),
    [
        ("target", "DELETE FROM {t} WHERE id = 3", "1 missing, 0 stale, 0 duplicate (keys 3)", MISSING_REMEDY),
        ("target", "UPDATE {t} SET updated_at = '2020-01-01' WHERE id IN (4, 5)", "0 missing, 2 stale", MISSING_REMEDY),
        (
            "target",
            "INSERT INTO {t} SELECT * FROM {t} WHERE id = 9",
            "0 missing, 0 stale, 1 duplicate",
            DUPLICATE_REMEDY,
        ),
        (
            "source",
            "UPDATE orders SET id = 100 WHERE id = 3",
            "1 missing, 0 stale, 0 duplicate (keys 100)",
            MISSING_REMEDY,
        ),
        ("source", "UPDATE orders SET updated_at = '2020-01-01' WHERE id = 3", "0 missing, 1 stale", MISSING_REMEDY),
    ],
    ids=["missing", "stale", "duplicate", "key changed", "cursor moved back"],
)
def test_missing_stale_and_duplicate_keys_are_found(
    synced: TablePipeline, at: str, statement: str, found: str, remedy: str
) -> None:
    """The message has exact counts and some of the keys; comparing row counts would miss several of these cases."""
    (synced.target if at == "target" else synced.sql)(statement)
    with pytest.raises(DataCheckFailed) as caught:
        synced.verify("keys")
    assert found in str(caught.value)
    assert remedy in str(caught.value)
    assert "20 keys" in str(caught.value)


def test_a_missing_binary_key_is_named_in_hexadecimal_digits(pipeline: TablePipeline) -> None:
    """The driver decodes VARBYTE as UTF-8, which a UUID's bytes are not."""
    pipeline.sql("DROP TABLE orders")
    pipeline.sql("CREATE TABLE orders (id BINARY(4) PRIMARY KEY, updated_at DATETIME(6) NOT NULL, KEY (updated_at))")
    pipeline.sql(f"INSERT INTO orders VALUES (x'FF00AB80', {MOMENT}), (x'00000001', {MOMENT})")
    pipeline.sync()
    pipeline.target("DELETE FROM {t} WHERE TO_HEX(id) = 'ff00ab80'")
    with pytest.raises(DataCheckFailed, match=r"1 missing, 0 stale, 0 duplicate \(keys ff00ab80\)"):
        pipeline.verify("keys")


def test_deleted_rows_are_kept_and_reported_by_default(synced: TablePipeline) -> None:
    """With ``deletes: keep`` the report has the exact number of rows that the source no longer has."""
    synced.sql("DELETE FROM orders WHERE id IN (3, 7)")
    (result,) = synced.verify("keys").results
    assert "2 rows that the source no longer has are kept in the target" in result.note
    assert len(synced.rows()) == 20


def test_reconciling_deletes_the_rows_that_the_source_no_longer_has(synced: TablePipeline) -> None:
    """A changed key is a deleted and a new row. The log gets a ``reconcile`` entry only if there is a row to delete."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id IN (3, 7)")
    synced.sql("UPDATE orders SET id = 100, updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    synced.sql("DO SLEEP(0.01)")
    synced.sync()
    report = synced.verify("custody", "bounds", "keys")
    assert any("3 rows" in result.note for result in report.results)
    assert synced.rows() == synced.source_rows()
    head = journal(synced).head()
    assert head is not None
    assert head.kind is EntryKind.RECONCILE
    again = synced.verify("keys")
    assert again.results[0].note == ""
    assert journal(synced).head() == head


def test_rows_above_the_position_are_neither_missing_nor_deleted(synced: TablePipeline) -> None:
    """A row that was inserted after the last window belongs to the next run."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id = 3")
    synced.sql("INSERT INTO orders VALUES (90, UTC_TIMESTAMP(6), 1, 'new')")
    synced.verify("keys")
    synced.sql("DO SLEEP(0.01)")
    synced.sync()
    assert synced.rows() == synced.source_rows()


def test_a_replayed_reconciliation_deletes_no_row_that_was_inserted_later(synced: TablePipeline) -> None:
    """A target restored from an older snapshot loads the ``reconcile`` entry again at its place in the log."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id IN (3, 7)")
    synced.verify("keys")
    synced.sql("INSERT INTO orders VALUES (3, UTC_TIMESTAMP(6), 1, 'inserted again')")
    synced.sql("DO SLEEP(0.01)")
    synced.sync()
    restore(synced, sequence=1)
    with pytest.raises(DataCheckFailed, match="not in the ledger"):
        synced.verify("custody")
    synced.load()
    synced.verify("custody", "bounds", "keys")
    assert synced.rows() == synced.source_rows()


def test_reconciling_with_an_empty_source_needs_permission(synced: TablePipeline) -> None:
    """``allow_empty_replace`` permits a reconciliation that empties the target."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders")
    with pytest.raises(DataCheckFailed, match="would empty the target"):
        synced.verify("keys")
    assert len(synced.rows()) == 20
    synced.change(allow_empty_replace=True)
    synced.verify("keys")
    assert synced.rows() == []


def test_an_emptied_source_is_reconciled_if_that_is_permitted(synced: TablePipeline) -> None:
    """The key file has no rows, so its entry has no files; the load must apply it all the same."""
    synced.change(deletes=Deletes.RECONCILE, allow_empty_replace=True)
    synced.sql("DELETE FROM orders")
    (result,) = synced.verify("keys").results
    assert "20 rows that the source no longer has were deleted" in result.note
    assert synced.rows() == []


def test_a_comparison_that_fails_deletes_nothing(synced: TablePipeline) -> None:
    """Rows are missing in the target, so it is not reconciled."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id = 7")
    synced.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match="1 missing"):
        synced.verify("keys")
    assert len(synced.rows()) == 19


def test_a_run_that_publishes_during_a_reconciliation_wins(
    synced: TablePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key file is older than that run's rows, so it is deleted without being used; the message names the winner."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id = 7")
    winning_entries = []

    def append_after_another_run(self: Journal, entry: object, append: object = Journal.append) -> object:
        monkeypatch.setattr(Journal, "append", append)
        winning_entries.append(synced.extract_and_publish())
        return Journal.append(self, entry)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", append_after_another_run)
    with pytest.raises(Conflict) as caught:
        synced.verify("keys")
    assert winning_entries[0].run_key in str(caught.value)
    assert len(synced.rows()) == 20
    named_in_log = {file.key for entry in journal(synced).after(0, through=2) for file in entry.files}
    assert {info.key for info in synced.clients.store.list(TableLayout.of(synced.spec).data)} == named_in_log


def test_an_unpublished_key_file_is_deleted(synced: TablePipeline) -> None:
    """A comparison without differences leaves no object on S3."""
    data = TableLayout.of(synced.spec).data
    before = [info.key for info in synced.clients.store.list(data)]
    synced.verify("keys")
    assert [info.key for info in synced.clients.store.list(data)] == before


@pytest.mark.parametrize(
    ("checks", "later_checks"),
    [(("custody", "keys"), ["custody"]), (("keys",), ["keys"])],
    ids=["with another check", "alone"],
)
def test_scheduled_runs_compare_the_keys_once_per_day(
    synced: TablePipeline, checks: tuple[str, ...], later_checks: list[str]
) -> None:
    """The check reads every key, so it runs again on the same day only if it is the table's only check."""
    assert [result.check.value for result in scheduled_verify(synced, checks).results] == sorted(checks, reverse=True)
    assert scheduled_verify(synced, checks).unchanged
    synced.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    synced.sql("DO SLEEP(0.01)")
    synced.extract_and_publish()
    synced.load()
    assert [result.check.value for result in scheduled_verify(synced, checks).results] == later_checks


def scheduled_verify(pipeline: TablePipeline, checks: tuple[str, ...]) -> VerifyReport:
    """Verify as the DAG factory's verify task does."""
    clients = pipeline.clients
    return verify(
        pipeline.spec,
        source=clients.source,
        store=clients.store,
        warehouse=clients.warehouse,
        encoder=clients.encoder,
        checks=checks,
        if_due=True,
    )


def test_a_table_without_a_cursor_reports_that_its_keys_were_not_compared(pipeline: TablePipeline) -> None:
    """Without a note the result would look like a passed comparison."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 5)
    pipeline.sync()
    assert "not compared" in pipeline.verify("keys").results[0].note


def test_rows_beyond_a_row_limit_are_not_reported_as_missing(pipeline: TablePipeline) -> None:
    """The position is between rows with equal cursors: only rows up to its key are compared."""
    pipeline.checks = ["keys"]
    pipeline.sql(f"INSERT INTO orders VALUES {', '.join(f'({i}, {MOMENT}, 1, NULL)' for i in range(1, 21))}")
    pipeline.sync(limit=7)
    pipeline.sql("DELETE FROM orders WHERE id = 12")
    (result,) = pipeline.verify().results
    assert result.expected.startswith("7 keys")
    pipeline.target("DELETE FROM {t} WHERE id = 7")
    with pytest.raises(DataCheckFailed, match=r"1 missing, 0 stale, 0 duplicate \(keys 7\)"):
        pipeline.verify()


def test_rows_in_a_gap_are_not_reported_as_missing(pipeline: TablePipeline) -> None:
    """A watermark that was set forward skips rows on purpose; only rows above the gap are compared."""
    insert_orders(pipeline, 20)
    watermark.set_position(
        pipeline.spec,
        store=pipeline.clients.store,
        source=pipeline.clients.source,
        text="2026-01-01T00:00:10Z",
        field="timestamp",
        actor="test",
        allow_gap=True,
    )
    pipeline.sync()
    (result,) = pipeline.verify("keys").results
    assert result.expected.startswith("10 keys")


def test_an_append_table_with_an_id_cursor_is_reconciled(pipeline: TablePipeline) -> None:
    """The key has two columns, one of them the cursor; its texts contain quotes and braces."""
    pipeline.sql("ALTER TABLE orders MODIFY id BIGINT NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (note, id)")
    pipeline.sql(
        "INSERT INTO orders VALUES (1, NULL, 1, '{x}'), (2, NULL, 2, 'it''s'), (3, NULL, 3, '{x}'), (4, NULL, 4, '')"
    )
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND, deletes=Deletes.RECONCILE)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id IN (2, 3)")
    pipeline.verify("keys")
    assert pipeline.rows() == pipeline.source_rows()
    pipeline.sql("INSERT INTO orders VALUES (5, NULL, 5, '{x}')")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_a_zero_date_mapped_to_null_is_not_reported_as_stale(pipeline: TablePipeline) -> None:
    """A cursor that a policy changed is compared with its value in the target."""
    pipeline.change(policies={"zero_date": "null"})
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("INSERT INTO orders VALUES (1, 0, 1, NULL), (2, '2026-01-01', 1, NULL)")
    pipeline.sync()
    assert pipeline.verify("keys").results[0].expected.startswith("2 keys")
    pipeline.target("UPDATE {t} SET updated_at = NULL WHERE id = 2")
    with pytest.raises(DataCheckFailed, match="0 missing, 1 stale"):
        pipeline.verify("keys")


def test_the_plan_warns_of_foreign_key_cascades(pipeline: TablePipeline) -> None:
    """A cascade changes rows without changing their cursor, so no window contains them."""
    pipeline.sql("CREATE TABLE customers (id BIGINT UNSIGNED PRIMARY KEY)")
    pipeline.sql("ALTER TABLE orders ADD CONSTRAINT quiet FOREIGN KEY (id) REFERENCES customers (id)")
    assert pipeline.plan().notes == ()
    pipeline.sql("ALTER TABLE orders ADD CONSTRAINT loud FOREIGN KEY (id) REFERENCES customers (id) ON DELETE CASCADE")
    (note,) = pipeline.plan().notes
    assert "loud (ON DELETE CASCADE" in note


def journal(pipeline: TablePipeline) -> Journal:
    return Journal(pipeline.clients.store, TableLayout.of(pipeline.spec))


def restore(pipeline: TablePipeline, *, sequence: int) -> None:
    """Restore target and ledger to the state after entry 1, as a cluster snapshot would."""
    ledger = f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'
    pipeline.target(f"DELETE FROM {ledger} WHERE sequence > {sequence}")
    pipeline.target("DELETE FROM {t}")
    values = ", ".join(f"({i + 1}, '2026-01-01 00:00:{i:02}', {i}.25, 'row {i + 1}')" for i in range(20))
    pipeline.target(f"INSERT INTO {{t}} VALUES {values}")
