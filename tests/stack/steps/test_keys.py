"""The check keys finds what it claims to find, and reconciling deletes exactly what the source no longer has."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import EntryKind
from mysql_redshift.core.spec import CursorRef, Deletes, LoadMode
from mysql_redshift.errors import Conflict, DataCheckFailed
from mysql_redshift.steps import watermark
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.verify import VerifyReport, verify
from tests.table_pipeline import TablePipeline, insert_orders

SOME = "Rows are missing"
DUPLICATE = "duplicate rows"
TIED = "'2026-01-01 00:00:00'"


@pytest.fixture
def synced(pipeline: TablePipeline) -> TablePipeline:
    """Twenty rows at both ends."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    return pipeline


@pytest.mark.parametrize(
    ("at", "statement", "found", "remedy"),
    [
        ("target", "DELETE FROM {t} WHERE id = 3", "1 missing, 0 stale, 0 duplicate (keys 3)", SOME),
        ("target", "UPDATE {t} SET updated_at = '2020-01-01' WHERE id IN (4, 5)", "0 missing, 2 stale", SOME),
        ("target", "INSERT INTO {t} SELECT * FROM {t} WHERE id = 9", "0 missing, 0 stale, 1 duplicate", DUPLICATE),
        ("source", "UPDATE orders SET id = 100 WHERE id = 3", "1 missing, 0 stale, 0 duplicate (keys 100)", SOME),
        ("source", "UPDATE orders SET updated_at = '2020-01-01' WHERE id = 3", "0 missing, 1 stale", SOME),
    ],
    ids=["lost", "stale", "doubled", "key changed", "cursor moved back"],
)
def test_each_difference_is_found(synced: TablePipeline, at: str, statement: str, found: str, remedy: str) -> None:
    """Exact for missing, stale and doubled rows, with some of their keys; the counts alone would often be fooled."""
    (synced.target if at == "target" else synced.sql)(statement)
    with pytest.raises(DataCheckFailed) as caught:
        synced.verify("keys")
    assert found in str(caught.value)
    assert remedy in str(caught.value)
    assert "20 keys" in str(caught.value)


def test_deleted_rows_are_kept_and_told(synced: TablePipeline) -> None:
    """``deletes: keep`` is the default: what the source no longer has is counted exactly."""
    synced.sql("DELETE FROM orders WHERE id IN (3, 7)")
    (result,) = synced.verify("keys").results
    assert "2 rows that the source no longer has are kept in the target" in result.note
    assert len(synced.rows()) == 20


def test_reconciling_deletes_what_is_gone(synced: TablePipeline) -> None:
    """Both ends are equal after it, also for a key that changed with its cursor; the log and custody know of it."""
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


def test_rows_the_writer_adds_are_not_taken_for_gone(synced: TablePipeline) -> None:
    """A row that came after the window belongs to the next run: neither missing nor deleted."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id = 3")
    synced.sql("INSERT INTO orders VALUES (90, UTC_TIMESTAMP(6), 1, 'new')")
    synced.verify("keys")
    synced.sql("DO SLEEP(0.01)")
    synced.sync()
    assert synced.rows() == synced.source_rows()


def test_a_replay_neither_resurrects_nor_deletes(synced: TablePipeline) -> None:
    """A target restored to before the reconciliation loads it in its place: rows that came again afterwards stay."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id IN (3, 7)")
    synced.verify("keys")
    synced.sql("INSERT INTO orders VALUES (3, UTC_TIMESTAMP(6), 1, 'came again')")
    synced.sql("DO SLEEP(0.01)")
    synced.sync()
    restore(synced, sequence=1)
    with pytest.raises(DataCheckFailed, match="custody"):
        synced.verify("custody")
    synced.load()
    synced.verify("custody", "bounds", "keys")
    assert synced.rows() == synced.source_rows()


def test_an_empty_source_deletes_nothing_unasked(synced: TablePipeline) -> None:
    """The target is never emptied by a mistake; ``allow_empty_replace`` permits it."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders")
    with pytest.raises(DataCheckFailed, match="would empty the target"):
        synced.verify("keys")
    assert len(synced.rows()) == 20
    synced.change(allow_empty_replace=True)
    synced.verify("keys")
    assert synced.rows() == []


def test_nothing_is_deleted_while_rows_are_missing(synced: TablePipeline) -> None:
    """A comparison that fails changes nothing."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id = 7")
    synced.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match="1 missing"):
        synced.verify("keys")
    assert len(synced.rows()) == 19


def test_a_run_that_publishes_meanwhile_wins(synced: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key file is older than that run's rows, so it is not used, nor left behind; the message names the winner."""
    synced.change(deletes=Deletes.RECONCILE)
    synced.sql("DELETE FROM orders WHERE id = 7")
    winners = []

    def overtaken(self: Journal, entry: object, append: object = Journal.append) -> object:
        monkeypatch.setattr(Journal, "append", append)
        winners.append(synced.extract_and_publish())
        return Journal.append(self, entry)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", overtaken)
    with pytest.raises(Conflict) as caught:
        synced.verify("keys")
    assert winners[0].run_key in str(caught.value)
    assert len(synced.rows()) == 20
    named = {file.key for entry in journal(synced).after(0, through=2) for file in entry.files}
    assert {info.key for info in synced.clients.store.list(TableLayout.of(synced.spec).data)} == named


def test_key_files_that_are_not_published_are_removed(synced: TablePipeline) -> None:
    """A comparison leaves no data behind."""
    data = TableLayout.of(synced.spec).data
    before = [info.key for info in synced.clients.store.list(data)]
    synced.verify("keys")
    assert [info.key for info in synced.clients.store.list(data)] == before


@pytest.mark.parametrize(
    ("checks", "later"), [(("custody", "keys"), ["custody"]), (("keys",), ["keys"])], ids=["beside others", "alone"]
)
def test_a_days_runs_compare_the_keys_once(synced: TablePipeline, checks: tuple[str, ...], later: list[str]) -> None:
    """It reads every key, so one run a day does it; but a verification that moves the watermark is never without."""
    assert [result.check.value for result in due(synced, checks).results] == sorted(checks, reverse=True)
    assert due(synced, checks).redshift_skipped
    synced.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    synced.sql("DO SLEEP(0.01)")
    synced.extract_and_publish()
    synced.load()
    assert [result.check.value for result in due(synced, checks).results] == later


def due(pipeline: TablePipeline, checks: tuple[str, ...]) -> VerifyReport:
    """Verify as the factory's DAG does."""
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


def test_a_table_without_a_cursor_says_that_it_was_not_compared(pipeline: TablePipeline) -> None:
    """Silence would pass for success."""
    pipeline.change(cursor=None)
    insert_orders(pipeline, 5)
    pipeline.sync()
    assert "not compared" in pipeline.verify("keys").results[0].note


def test_rows_beyond_a_row_limit_are_not_missing(pipeline: TablePipeline) -> None:
    """The position lies between rows that tie on the cursor: those up to its key are judged, the others are not."""
    pipeline.checks = ["keys"]
    pipeline.sql(f"INSERT INTO orders VALUES {', '.join(f'({i}, {TIED}, 1, NULL)' for i in range(1, 21))}")
    pipeline.sync(limit=7)
    pipeline.sql("DELETE FROM orders WHERE id = 12")
    (result,) = pipeline.verify().results
    assert result.expected.startswith("7 keys")
    pipeline.target("DELETE FROM {t} WHERE id = 7")
    with pytest.raises(DataCheckFailed, match=r"1 missing, 0 stale, 0 duplicate \(keys 7\)"):
        pipeline.verify()


def test_rows_left_out_by_a_gap_are_not_missing(pipeline: TablePipeline) -> None:
    """A watermark set forward leaves rows out on purpose; those above it are judged."""
    insert_orders(pipeline, 20)
    watermark.set_position(
        pipeline.spec,
        store=pipeline.clients.store,
        source=pipeline.clients.source,
        text="2026-01-01T00:00:10Z",
        field="timestamp",
        actor="test",
    )
    pipeline.sync()
    (result,) = pipeline.verify("keys").results
    assert result.expected.startswith("10 keys")


def test_an_append_by_id_is_reconciled_too(pipeline: TablePipeline) -> None:
    """A key of two columns, of which one is the cursor; text keys with quotes and braces."""
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


def test_a_zero_date_is_null_at_both_ends(pipeline: TablePipeline) -> None:
    """A value that a policy changed is compared as it is in the target."""
    pipeline.change(policies={"zero_date": "null"})
    pipeline.sql("SET sql_mode = ''")
    pipeline.sql("INSERT INTO orders VALUES (1, 0, 1, NULL), (2, '2026-01-01', 1, NULL)")
    pipeline.sync()
    assert pipeline.verify("keys").results[0].expected.startswith("2 keys")
    pipeline.target("UPDATE {t} SET updated_at = NULL WHERE id = 2")
    with pytest.raises(DataCheckFailed, match="0 missing, 1 stale"):
        pipeline.verify("keys")


def test_the_plan_warns_of_cascades(pipeline: TablePipeline) -> None:
    """Rows that MySQL deletes or changes by a foreign key keep their cursor, so no window ever holds them."""
    pipeline.sql("CREATE TABLE customers (id BIGINT UNSIGNED PRIMARY KEY)")
    pipeline.sql("ALTER TABLE orders ADD CONSTRAINT quiet FOREIGN KEY (id) REFERENCES customers (id)")
    assert pipeline.plan().notes == ()
    pipeline.sql("ALTER TABLE orders ADD CONSTRAINT loud FOREIGN KEY (id) REFERENCES customers (id) ON DELETE CASCADE")
    (note,) = pipeline.plan().notes
    assert "loud (ON DELETE CASCADE" in note


def journal(pipeline: TablePipeline) -> Journal:
    return Journal(pipeline.clients.store, TableLayout.of(pipeline.spec))


def restore(pipeline: TablePipeline, *, sequence: int) -> None:
    """Put the target back to what entry 1 loaded, and the ledger with it, as a snapshot of the cluster would."""
    ledger = f'"{pipeline.spec.target.ledger_schema}"."{pipeline.spec.target.schema}__orders"'
    pipeline.target(f"DELETE FROM {ledger} WHERE sequence > {sequence}")
    pipeline.target("DELETE FROM {t}")
    values = ", ".join(f"({i + 1}, '2026-01-01 00:00:{i:02}', {i}.25, 'row {i + 1}')" for i in range(20))
    pipeline.target(f"INSERT INTO {{t}} VALUES {values}")
