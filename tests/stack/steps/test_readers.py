"""Readers see the target before or after a load, never empty or half loaded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from devstack.status import Status
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.errors import DataCheckFailed, TransientError
from mysql_redshift.hooks.clients import Clients
from tests.flavors import ON_LAST
from tests.stack.devstack.redshift.control import order
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST

COUNT_AND_SUM = 'SELECT COUNT(*), COALESCE(SUM(id), 0) FROM "{schema}"."orders"'
MODES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "replace": ({"load": LoadMode.REPLACE}, {}),
    "replace without a cursor": ({"cursor": None}, {}),
    "full refresh": ({}, {"full_refresh": True}),
    "append over loaded rows": ({"load": LoadMode.APPEND}, {"since": "2026-01-01T00:00:00Z"}),
}


class Reader(threading.Thread):
    """Counts and sums the target repeatedly, in a separate session through the bastion."""

    def __init__(self, pipeline: TablePipeline) -> None:
        super().__init__(daemon=True)
        self._spec = pipeline.spec
        self.stop = threading.Event()
        self.new_count = threading.Condition()
        self.counts: list[tuple[int, int]] = []
        self.error: Exception | None = None

    def run(self) -> None:
        sql = COUNT_AND_SUM.format(schema=self._spec.target.schema)
        try:
            with Clients(self._spec) as clients, clients.warehouse.session("a reader") as session:
                while not self.stop.is_set():
                    ((rows, total),) = session.query(sql)
                    session.commit()
                    with self.new_count:
                        self.counts.append((int(rows), int(total)))
                        self.new_count.notify_all()
        except Exception as exc:  # the test reads it
            self.error = exc

    def wait_for_more(self) -> int:
        """Wait until one more count has started and finished; return the number of counts so far."""
        with self.new_count:
            start = len(self.counts)
            self.new_count.wait_for(lambda: len(self.counts) > start + 1 or self.error is not None, timeout=60)
            return len(self.counts)


@contextmanager
def reading(pipeline: TablePipeline) -> Iterator[Reader]:
    """Read the target while the block runs."""
    reader = Reader(pipeline)
    reader.start()
    try:
        reader.wait_for_more()
        yield reader
    finally:
        reader.stop.set()
        reader.join()


def count_and_sum(pipeline: TablePipeline) -> tuple[int, int]:
    ((rows, total),) = pipeline.sql("SELECT COUNT(*), COALESCE(SUM(id), 0) FROM orders")
    return int(rows), int(total)


@pytest.mark.parametrize("mode", MODES)
def test_readers_see_the_target_before_or_after_a_load_and_do_not_wait(pipeline: TablePipeline, mode: str) -> None:
    """Two loads rewrite every row; no reader waits for the load's lock."""
    spec_changes, request = MODES[mode]
    pipeline.change(**spec_changes)
    insert_orders(pipeline, 500)
    pipeline.sync()
    allowed = [count_and_sum(pipeline)]
    with reading(pipeline) as reader:
        for number in range(2):
            pipeline.sql(f"INSERT INTO orders VALUES ({1000 + number}, UTC_TIMESTAMP(6), 1, NULL)")
            pipeline.sql("DO SLEEP(0.01)")
            allowed.append(count_and_sum(pipeline))
            before = reader.wait_for_more()
            pipeline.extract_and_publish(**request)
            pipeline.load()
            assert reader.wait_for_more() > before
    assert reader.error is None
    assert list(dict.fromkeys(reader.counts)) == allowed
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("mode", MODES)
def test_a_failed_load_leaves_the_target_unchanged(pipeline: TablePipeline, stack_status: Status, mode: str) -> None:
    """The connection closes after every row and the ledger are written; the retry loads everything."""
    assert stack_status.redshift is not None
    spec_changes, request = MODES[mode]
    pipeline.change(**spec_changes)
    insert_orders(pipeline, 50)
    pipeline.sync()
    pipeline.sql("INSERT INTO orders VALUES (1000, UTC_TIMESTAMP(6), 1, NULL)")
    pipeline.sql("DO SLEEP(0.01)")
    before = pipeline.rows()
    pipeline.extract_and_publish(**request)
    order(stack_status.redshift, fault="drop_at_parse", matching=f'INSERT INTO "{pipeline.spec.target.ledger_schema}"')
    with pytest.raises(TransientError):
        pipeline.load()
    assert pipeline.rows() == before
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()


def test_an_empty_source_replaces_the_target_only_with_permission(pipeline: TablePipeline) -> None:
    """The source may have been emptied by mistake; ``allow_empty_replace`` confirms the intent."""
    pipeline.change(load=LoadMode.REPLACE)
    insert_orders(pipeline, 50)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders")
    pipeline.extract_and_publish()
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        pipeline.load()
    assert len(pipeline.rows()) == 50
    pipeline.change(allow_empty_replace=True)
    pipeline.load()
    assert pipeline.rows() == []
