"""Concurrent runs of one table: no row is lost or duplicated, and the loser's error names the winner."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from devstack.status import Status
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.verification import Check
from mysql_redshift.errors import Conflict, ConnectionFailed
from mysql_redshift.steps import watermark
from mysql_redshift.steps.load import LoadReport, load
from mysql_redshift.steps.loading import recovery
from tests.flavors import ON_FIRST
from tests.stack.devstack.redshift.control import order
from tests.stack.steps.run_process import LABEL, run_processes
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_FIRST


def test_only_one_of_two_concurrent_runs_publishes(pipeline: TablePipeline) -> None:
    """A scheduled and a manual run, or two Airflows. The loser's rows are in the winner's window."""
    insert_orders(pipeline, 30)
    with run_processes(pipeline.spec, replace(pipeline.spec)) as processes:
        keys = [process.run("plan")["run_key"] for process in processes]
        for process in processes:
            assert process.run("extract") == {"rows": 30}
        for process in processes:
            process.start("publish")
        results = [process.result() for process in processes]
        (loser,) = (number for number, result in enumerate(results) if "error" in result)
        assert results[1 - loser] == {"run_key": keys[1 - loser]}
        assert results[loser]["error"] == "Conflict"
        assert f"taken by run {keys[1 - loser]} (extract, process {1 - loser}," in results[loser]["text"]
        assert pipeline.load().ledger_head == 1
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_two_concurrent_loads_apply_each_entry_once(pipeline: TablePipeline) -> None:
    """The lock on the ledger serialises them; the second load finds no pending entry."""
    insert_orders(pipeline, 30)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6), note = 'new' WHERE id <= 5")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    other = replace(pipeline.spec, pipeline=pipeline.spec.pipeline)
    with run_processes(pipeline.spec) as (process,):
        process.run("plan")  # so that its imports are done
        process.start("load")
        mine = load(other, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label="another task")
        theirs = process.result()
    applied = [*[done.sequence for done in mine.applied], *theirs.get("applied", [])]
    assert applied == [2]
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_a_stalled_load_that_resumes_after_its_retry_changes_nothing(
    pipeline: TablePipeline, stack_status: Status
) -> None:
    """The retry terminates the stalled session before it takes the lock; another retry finds every entry loaded."""
    assert stack_status.redshift is not None
    insert_orders(pipeline, 30)
    label = LABEL.format(table="orders")
    with run_processes(pipeline.spec) as (stalled,):
        stalled.run("plan", "extract", "publish")
        order(stack_status.redshift, fault="slow_copy", application_name=label, seconds=300)
        stalled.start("load")
        while order(stack_status.redshift, pending=True)["pending"]:
            time.sleep(0.05)  # until it hangs in COPY and holds the ledger's lock
        report = load(pipeline.spec, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label=label)
        assert [done.sequence for done in report.applied] == [1]
        result = stalled.result()
        assert result["error"] == "ConnectionFailed"
        assert "session was terminated" in result["text"]
        assert stalled.run("load") == {"applied": []}
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()


def test_the_losing_load_reports_the_entry_that_won(
    pipeline: TablePipeline, stack_status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redshift does not report who terminated a session; the ledger shows whose entry was loaded."""
    assert stack_status.redshift is not None
    insert_orders(pipeline, 30)
    entry = pipeline.extract_and_publish()
    won = threading.Event()

    read_ledger = recovery._ledger_state

    def after_the_win(*arguments: Any) -> tuple[str, str]:
        won.wait()
        return read_ledger(*arguments)

    def attempt() -> LoadReport:
        return load(
            pipeline.spec, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label="test one task"
        )

    monkeypatch.setattr(recovery, "_ledger_state", after_the_win)
    order(stack_status.redshift, fault="slow_copy", application_name="test one task", seconds=300)
    with ThreadPoolExecutor(1) as executor:
        hanging = executor.submit(attempt)
        while order(stack_status.redshift, pending=True)["pending"]:
            time.sleep(0.05)  # until it hangs in COPY and holds the ledger's lock
        assert len(attempt().applied) == 1
        won.set()
        with pytest.raises(ConnectionFailed) as lost:
            hanging.result()
    assert f"another load committed first: the ledger head is entry 1 (run {entry.run_key}, extract," in str(lost.value)
    assert "this load had read entry 0" in str(lost.value)


def test_clearing_the_tasks_of_an_old_run_changes_nothing(pipeline: TablePipeline) -> None:
    """Extract, publish and load run again with the old plan: publish returns the old entry with its own files."""
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


def test_an_old_plan_cannot_publish_after_a_newer_run(pipeline: TablePipeline) -> None:
    """The newer run started at the same position, so its window contains the rows of the old plan."""
    insert_orders(pipeline, 30)
    old = pipeline.plan()
    newer = pipeline.extract_and_publish()
    with pytest.raises(Conflict, match=newer.run_key):
        pipeline.publish(old, pipeline.extract(old))
    pipeline.load()
    pipeline.verify(*Check)


def test_a_watermark_set_during_a_run_prevents_its_publication(pipeline: TablePipeline) -> None:
    """A run does not overwrite a position that an operator set meanwhile; its error names the operator."""
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
        allow_gap=True,
    )
    with pytest.raises(Conflict) as caught:
        pipeline.publish(planned, receipts)
    assert f"taken by run {entry.run_key} (set, dba," in str(caught.value)
    pipeline.sync()
    assert pipeline.rows("id") == [(number,) for number in range(11, 31)]


def test_a_schema_that_another_load_creates_meanwhile_is_no_conflict(pipeline: TablePipeline) -> None:
    """CREATE SCHEMA waits for the other transaction, and fails once that commits, in spite of IF NOT EXISTS."""
    insert_orders(pipeline, 3)
    pipeline.extract_and_publish()
    with pipeline.clients.warehouse.session() as other, ThreadPoolExecutor(1) as threads:
        other.execute(target_sql.create_schema(pipeline.spec.target.schema))
        loading = threads.submit(pipeline.load)
        time.sleep(2)
        other.commit()
        assert loading.result().rows_copied == 3
    assert pipeline.rows() == pipeline.source_rows()


def test_concurrent_first_loads_of_two_tables_do_not_conflict(pipeline: TablePipeline) -> None:
    """Both create the same schemas at the same time; each table has its own ledger."""
    pipeline.sql("CREATE TABLE customers LIKE orders")
    pipeline.sql("INSERT INTO customers VALUES (1, '2026-01-01', 1, NULL)")
    insert_orders(pipeline, 30)
    other = replace(
        pipeline.spec,
        source=replace(pipeline.spec.source, table="customers"),
        target=replace(pipeline.spec.target, table="customers"),
    )
    with run_processes(pipeline.spec, other) as processes:
        for process in processes:
            process.run("plan", "extract", "publish")
        for process in processes:
            process.start("load")
        assert [process.result() for process in processes] == [{"applied": [1]}, {"applied": [1]}]
    pipeline.verify(*Check)
    assert pipeline.rows() == pipeline.source_rows()
    assert pipeline.target(f'SELECT id FROM "{pipeline.spec.target.schema}"."customers"') == [(1,)]
