"""Each step runs once on real servers: the part of `make test-fast` that needs MySQL, S3 and Redshift."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from mysql_redshift import steps
from mysql_redshift.core.spec import Deletes
from mysql_redshift.steps import watermark
from tests.flavors import ON_FIRST
from tests.stack.steps.test_adopt import adopted, replace_target
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = pytest.mark.fast


@ON_FIRST
def test_the_fast_selection_runs_each_step(pipeline: TablePipeline) -> None:
    """A step module that this test does not call makes it fail, so that a new step is added here."""
    pipeline.change(deletes=Deletes.RECONCILE)
    with called_modules() as called:
        insert_orders(pipeline, 5)
        planned = pipeline.plan()
        receipts = pipeline.extract(planned)
        assert sum(receipt.rows for receipt in receipts) == 5
        entry = pipeline.publish(planned, receipts)
        assert entry is not None
        assert (entry.sequence, entry.rows) == (1, 5)
        assert pipeline.load().rows_copied == 5
        assert pipeline.rows() == pipeline.source_rows()
        assert pipeline.verify().rows == 5
        pipeline.sql("DELETE FROM orders WHERE id = 3")
        pipeline.verify("keys")
        assert pipeline.rows() == pipeline.source_rows()
        replace_target(pipeline)
        adopted(pipeline)
        pipeline.load()
        watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
        assert pipeline.sync().rows_copied == 4
        assert pipeline.rows() == pipeline.source_rows()
    modules = {f"{steps.__name__}.{found.name}" for found in pkgutil.iter_modules(steps.__path__) if not found.ispkg}
    assert modules - called == set()


@contextmanager
def called_modules() -> Iterator[set[str]]:
    """Yield the names of the modules whose functions were called in this thread."""
    called: set[str] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            called.add(frame.f_globals.get("__name__", ""))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(before)
