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
from tests.way import Way, fill

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

    def __init__(self, way: Way) -> None:
        super().__init__(daemon=True)
        self._spec = way.spec
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
def reading(way: Way) -> Iterator[Reader]:
    """Read the target while the body runs."""
    reader = Reader(way)
    reader.start()
    try:
        reader.wait_for_more()
        yield reader
    finally:
        reader.stop.set()
        reader.join()


def state(way: Way) -> tuple[int, int]:
    ((rows, total),) = way.sql("SELECT COUNT(*), COALESCE(SUM(id), 0) FROM orders")
    return int(rows), int(total)


@pytest.mark.parametrize("mode", MODES)
def test_readers_see_the_target_before_or_after_a_load(way: Way, mode: str) -> None:
    """Counted all the time through two loads that rewrite every row; none waits for the load's lock."""
    settings, request = MODES[mode]
    way.change(**settings)
    fill(way, 500)
    way.sync()
    allowed = [state(way)]
    with reading(way) as reader:
        for number in range(2):
            way.sql(f"INSERT INTO orders VALUES ({1000 + number}, UTC_TIMESTAMP(6), 1, NULL)")
            way.sql("DO SLEEP(0.01)")
            allowed.append(state(way))
            before = reader.wait_for_more()
            way.stage_one(**request)
            way.load()
            assert reader.wait_for_more() > before
    assert reader.error is None
    assert list(dict.fromkeys(reader.seen)) == allowed
    assert way.rows() == way.source_rows()


@pytest.mark.parametrize("mode", MODES)
def test_a_load_that_fails_leaves_the_target_as_it_was(way: Way, stack_status: Status, mode: str) -> None:
    """The connection ends when every row is in its place and the ledger is written; the retry then loads all."""
    assert stack_status.redshift is not None
    settings, request = MODES[mode]
    way.change(**settings)
    fill(way, 50)
    way.sync()
    way.sql("INSERT INTO orders VALUES (1000, UTC_TIMESTAMP(6), 1, NULL)")
    way.sql("DO SLEEP(0.01)")
    old = way.rows()
    way.stage_one(**request)
    order(stack_status.redshift, fault="drop_at_parse", matching=f'INSERT INTO "{way.spec.target.ledger_schema}"')
    with pytest.raises(TransientError):
        way.load()
    assert way.rows() == old
    way.load()
    assert way.rows() == way.source_rows()


def test_an_empty_source_does_not_empty_the_target(way: Way) -> None:
    """A source that was emptied by mistake is not copied; where it is meant, it is said."""
    way.change(load=LoadMode.REPLACE)
    fill(way, 50)
    way.sync()
    way.sql("DELETE FROM orders")
    way.stage_one()
    with pytest.raises(DataCheckFailed, match="allow_empty_replace"):
        way.load()
    assert len(way.rows()) == 50
    way.change(allow_empty_replace=True)
    way.load()
    assert way.rows() == []
