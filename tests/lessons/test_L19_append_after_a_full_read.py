"""L19: An append after a full read replaces what the full read saw above its position."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.steps.planning import safe_point
from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders


def test_rows_above_the_position_of_a_full_refresh_are_not_duplicated(
    pipeline: TablePipeline, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full read has no upper bound, while an open writer holds the position back."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    pipeline.sync()
    with writer() as late:
        late("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        insert_orders(pipeline, 5, first=20)
        pipeline.extract_and_publish(full_refresh=True)
        pipeline.load()
        late("COMMIT")
    for _ in range(2):
        pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
