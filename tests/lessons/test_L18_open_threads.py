"""L18: A transaction that also runs a statement is still open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.steps.planning import safe_point
from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders


def test_an_id_of_a_transaction_that_keeps_running_statements_is_read(
    pipeline: TablePipeline, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread then has two entries in the list of writers; the later start must not hide the earlier one."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    pipeline.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    insert_orders(pipeline, 5)
    with writer() as late, ThreadPoolExecutor(1) as threads:
        late("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        pipeline.sql("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 8)")
        pipeline.extract_and_publish()
        pipeline.sql("DO SLEEP(3)")
        running = threads.submit(late, "INSERT INTO orders (updated_at, amount) SELECT UTC_TIMESTAMP(6), SLEEP(4)")
        pipeline.sql("DO SLEEP(1)")
        pipeline.extract_and_publish()
        running.result()
        late("COMMIT")
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
