"""L05b: Ids that are committed out of order are all read."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.steps.planning import safe_point
from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_lower_id_that_is_committed_later_is_read(
    pipeline: TablePipeline, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An observed MAX(id) is used only after every transaction that was open at that time has ended."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    with writer() as late:
        late("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        pipeline.sql("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 8)")
        pipeline.extract_and_publish()
        late("COMMIT")
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
