"""Two at once: no loss, no doubling, and the loser is told who won."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from devstack.status import Status
from mysql_redshift.core.verification import Check
from mysql_redshift.errors import Conflict, ConnectionFailed
from mysql_redshift.steps import watermark
from mysql_redshift.steps.load import LoadReport, load
from mysql_redshift.steps.loading import recovery
from mysql_redshift.steps.state.session_labels import unique_label
from tests.flavors import ON_FIRST
from tests.stack.devstack.redshift.control import order
from tests.stack.steps.racer import LABEL, racing
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST


def test_of_two_runs_at_once_one_publishes_and_both_load(pipeline: TablePipeline) -> None:
    """Scheduled and manual, or two Airflows: the loser names the winner, and its rows are in the winner's window."""
    insert_orders(pipeline, 30)
    with racing(pipeline.spec, replace(pipeline.spec)) as racers:
        keys = [racer.do("plan")["run_key"] for racer in racers]
        for racer in racers:
            assert racer.do("extract") == {"rows": 30}
        for racer in racers:
            racer.start("publish")
        answers = [racer.answer() for racer in racers]
        (lost,) = (number for number, answer in enumerate(answers) if "error" in answer)
        assert answers[1 - lost] == {"run_key": keys[1 - lost]}
        assert answers[lost]["error"] == "Conflict"
        assert f"taken by run {keys[1 - lost]} (extract, racer {1 - lost}," in answers[lost]["text"]
        assert pipeline.load().ledger_head == 1
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_two_loads_at_once_apply_each_entry_once(pipeline: TablePipeline) -> None:
    """The ledger's lock lets one go first; the other finds nothing left to do."""
    insert_orders(pipeline, 30)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'new' WHERE id <= 5")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    other = replace(pipeline.spec, pipeline=pipeline.spec.pipeline)
    with racing(pipeline.spec) as (racer,):
        racer.do("plan")  # its imports are over
        racer.start("load")
        mine = load(other, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label="another task")
        theirs = racer.answer()
    applied = [*[done.sequence for done in mine.applied], *theirs.get("applied", [])]
    assert applied == [2]
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_a_zombie_that_wakes_after_its_successor_changes_nothing(pipeline: TablePipeline, stack_status: Status) -> None:
    """Its session was ended before the successor asked for the lock; its retry finds all loaded."""
    assert stack_status.redshift is not None
    insert_orders(pipeline, 30)
    label = LABEL.format(table="orders")
    with racing(pipeline.spec) as (zombie,):
        zombie.do("plan", "extract", "publish")
        order(stack_status.redshift, fault="slow_copy", application_name=label, seconds=300)
        zombie.start("load")
        while order(stack_status.redshift, pending=True)["pending"]:
            time.sleep(0.05)  # until it hangs inside its COPY, with the ledger's lock
        report = load(pipeline.spec, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label=label)
        assert [done.sequence for done in report.applied] == [1]
        answer = zombie.answer()
        assert answer["error"] == "ConnectionFailed"
        assert "session was terminated" in answer["text"]
        assert zombie.do("load") == {"applied": []}
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_the_loser_of_two_loads_is_told_who_won(
    pipeline: TablePipeline, stack_status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redshift does not say who ended a session; the ledger says whose entries are in. Asking disturbs nobody."""
    assert stack_status.redshift is not None
    insert_orders(pipeline, 30)
    entry = pipeline.extract_and_publish()
    won = threading.Event()

    def label_once_won() -> str:
        won.wait()
        return unique_label()

    def attempt() -> LoadReport:
        return load(
            pipeline.spec, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label="test one task"
        )

    monkeypatch.setattr(recovery, "unique_label", label_once_won)
    order(stack_status.redshift, fault="slow_copy", application_name="test one task", seconds=300)
    with ThreadPoolExecutor(1) as elsewhere:
        hanging = elsewhere.submit(attempt)
        while order(stack_status.redshift, pending=True)["pending"]:
            time.sleep(0.05)  # until it hangs inside its COPY, with the ledger's lock
        assert len(attempt().applied) == 1
        won.set()
        with pytest.raises(ConnectionFailed) as lost:
            hanging.result()
    assert f"another load committed first: the ledger head is entry 1 (run {entry.run_key}, extract," in str(lost.value)
    assert "this load had read entry 0" in str(lost.value)


def test_cleared_tasks_of_an_old_run_change_nothing(pipeline: TablePipeline) -> None:
    """Extract, publish and load again with an old plan: the entry of then is returned, with its own files."""
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    entry = pipeline.publish(planned, pipeline.extract(planned))
    pipeline.load()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'new' WHERE id <= 5")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.publish(planned, pipeline.extract(planned)) == entry
    assert pipeline.load().rows_copied == 0
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_an_old_plan_that_never_published_is_too_late(pipeline: TablePipeline) -> None:
    """Another run has gone on from there: the rows of the old plan are in that one's window."""
    insert_orders(pipeline, 30)
    old = pipeline.plan()
    newer = pipeline.extract_and_publish()
    with pytest.raises(Conflict, match=newer.run_key):
        pipeline.publish(old, pipeline.extract(old))
    pipeline.load()
    pipeline.verify(*Check)


def test_a_watermark_set_during_a_run_wins(pipeline: TablePipeline) -> None:
    """The person's word is not overwritten by a run that knew nothing of it; the run is told whose word it was."""
    insert_orders(pipeline, 30)
    planned = pipeline.plan()
    receipts = pipeline.extract(planned)
    entry = watermark.set_position(
        pipeline.spec,
        store=pipeline.clients.store,
        source=pipeline.clients.source,
        text="2026-01-01T00:00:10Z",
        field="timestamp",
        actor="dba",
    )
    with pytest.raises(Conflict) as caught:
        pipeline.publish(planned, receipts)
    assert f"taken by run {entry.run_key} (set, dba," in str(caught.value)
    pipeline.sync()
    assert pipeline.rows("id") == [(number,) for number in range(11, 31)]


def test_first_loads_of_different_tables_do_not_meet(pipeline: TablePipeline) -> None:
    """Both make the same new schemas at the same moment; each has a ledger of its own."""
    pipeline.sql("CREATE TABLE customers LIKE orders")
    pipeline.sql("INSERT INTO customers VALUES (1, '2026-01-01', 1, NULL)")
    insert_orders(pipeline, 30)
    other = replace(
        pipeline.spec,
        source=replace(pipeline.spec.source, table="customers"),
        target=replace(pipeline.spec.target, table="customers"),
    )
    with racing(pipeline.spec, other) as racers:
        for racer in racers:
            racer.do("plan", "extract", "publish")
        for racer in racers:
            racer.start("load")
        assert [racer.answer() for racer in racers] == [{"applied": [1]}, {"applied": [1]}]
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()
    assert pipeline.target(f'SELECT id FROM "{pipeline.spec.target.schema}"."customers"') == [(1,)]
