"""D07: Of two runs that publish at once one wins, and the other is told who."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import Conflict
from tests.table_pipeline import TablePipeline, insert_orders


def test_the_slower_run_does_not_overwrite_the_quicker(pipeline: TablePipeline) -> None:
    """An entry is created, never replaced."""
    insert_orders(pipeline, 5)
    slow, quick = pipeline.plan(), pipeline.plan()
    slow_receipts = pipeline.extract(slow)
    pipeline.publish(quick, pipeline.extract(quick))
    with pytest.raises(Conflict, match=quick.run_key):
        pipeline.publish(slow, slow_receipts)
