"""D07: If two runs publish at the same time, one wins, and the other fails with an error that names the winner."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import Conflict
from tests.table_pipeline import TablePipeline, insert_orders


def test_the_slower_run_does_not_overwrite_the_faster(pipeline: TablePipeline) -> None:
    """A log entry is created, never replaced."""
    insert_orders(pipeline, 5)
    slow, fast = pipeline.plan(), pipeline.plan()
    slow_receipts = pipeline.extract(slow)
    pipeline.publish(fast, pipeline.extract(fast))
    with pytest.raises(Conflict, match=fast.run_key):
        pipeline.publish(slow, slow_receipts)
