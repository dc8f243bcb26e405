"""Who reads the target while it is loaded sees it as it was or as it will be, never empty and never half."""

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

COUNT = 'SELECT COUNT(*), COALESCE(SUM(id), 0) FROM "{schema}"."orders"'
MODES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "replace": ({"load": LoadMode.REPLACE}, {}),
    "replace without a cursor": ({"cursor": None}, {}),
    "full refresh": ({}, {"full_refresh": True}),
    "append over what is there": ({"load": LoadMode.APPEND}, {"since": "2026-01-01T00:00:00Z"}),
}


class Reader(threading.Thread):
    """Counts and sums the target again and again, in a session of its own through the bastion."""

    def __init__(self, pipeline: TablePipeline) -> None:
        super().__init__(daemon=True)
        self._spec = pipeline.spec
        self.stop = threading.Event()
        self.news = threading.Condition()
        self.seen: list[tuple[int, int]] = []
        self.error: Exception | None = None

    def run(self) -> None:
        sql = COUNT.format(schema=self._spec.target.schema)
        try:
            with Clients(self._spec) as clients, clients.warehouse.session("a reader") as session:
                while not self.stop.is_set():
                    ((rows, total),) = session.query(sql)
                    session.commit()
                    with self.news:
                        self.seen.append((int(rows), int(total)))
                        self.news.notify_all()
        except Exception as exc:  # the test asks for it
            self.error = exc

    def wait_for_more(self) -> int:
        """Wait until it has counted again, from the beginning of a count to its end; return how often so far."""
        with self.news:
            start = len(self.seen)
            self.news.wait_for(lambda: len(self.seen) > start + 1 or self.error is not None, timeout=60)
            return len(self.seen)


@contextmanager
def reading(pipeline: TablePipeline) -> Iterator[Reader]:
    """Read the target while the body runs."""
    reader = Reader(pipeline)
    reader.start()
    try:
        reader.wait_for_more()
        yield reader
    finally:
        reader.stop.set()
        reader.join()


def state(pipeline: TablePipeline) -> tuple[int, int]:
    ((rows, total),) = pipeline.sql("SELECT COUNT(*), COALESCE(SUM(id), 0) FROM orders")
    return int(rows), int(total)


@pytest.mark.parametrize("mode", MODES)
def test_readers_see_the_target_before_or_after_a_load(pipeline: TablePipeline, mode: str) -> None:
    """Counted all the time through two loads that rewrite every row; none waits for the load's lock."""
    settings, request = MODES[mode]
    pipeline.change(**settings)
    insert_orders(pipeline, 500)
    pipeline.sync()
    allowed = [state(pipeline)]
    with reading(pipeline) as reader:
        for number in range(2):
            pipeline.sql(f"INSERT INTO orders VALUES ({1000 + number}, UTC_TIMESTAMP(6), 1, NULL)")
            pipeline.sql("DO SLEEP(0.01)")
            allowed.append(state(pipeline))
            before = reader.wait_for_more()
            pipeline.extract_and_publish(**request)
            pipeline.load()
            assert reader.wait_for_more() > before
    assert reader.error is None
    assert list(dict.fromkeys(reader.seen)) == allowed
    assert pipeline.rows() == pipeline.source_rows()


@pytest.mark.parametrize("mode", MODES)
def test_a_load_that_fails_leaves_the_target_as_it_was(
    pipeline: TablePipeline, stack_status: Status, mode: str
) -> None:
    """The connection ends when every row is in its place and the ledger is written; the retry then loads all."""
    assert stack_status.redshift is not None
    settings, request = MODES[mode]
    pipeline.change(**settings)
    insert_orders(pipeline, 50)
    pipeline.sync()
    pipeline.sql("INSERT INTO orders VALUES (1000, UTC_TIMESTAMP(6), 1, NULL)")
    pipeline.sql("DO SLEEP(0.01)")
    old = pipeline.rows()
    pipeline.extract_and_publish(**request)
    order(stack_status.redshift, fault="drop_at_parse", matching=f'INSERT INTO "{pipeline.spec.target.ledger_schema}"')
    with pytest.raises(TransientError):
        pipeline.load()
    assert pipeline.rows() == old
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()


def test_an_empty_source_does_not_empty_the_target(pipeline: TablePipeline) -> None:
    """A source that was emptied by mistake is not copied; where it is meant, it is said."""
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
