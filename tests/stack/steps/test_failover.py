"""A failover between two steps; and what is none: a maximum below the position that loses no row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from mysql_redshift.core.clock import ClockReading
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import SourceError
from tests.failover import OLD_SERVER, rename_server
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_queue_whose_newest_rows_are_deleted_goes_on(pipeline: TablePipeline) -> None:
    """AUTO_INCREMENT shows that no id will be used again, whether the server changed or not."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("DELETE FROM orders WHERE id > 4")
    assert pipeline.plan().chunks == ()
    rename_server(pipeline)
    pipeline.extract_and_publish()
    pipeline.sql("DELETE FROM orders")
    pipeline.extract_and_publish()
    pipeline.sql("INSERT INTO orders (amount) VALUES (1)")
    assert pipeline.extract_and_publish().rows == 1


def test_an_unchanged_table_is_read_again_once_after_a_failover(pipeline: TablePipeline) -> None:
    """The overlap is the last minutes only, and the log then names the new server."""
    pipeline.change(cursor=CursorRef(column="id"))
    insert_orders(pipeline, 7)
    pipeline.sync()
    insert_orders(pipeline, 3, first=8)
    pipeline.sync()
    rename_server(pipeline)
    assert [pipeline.extract_and_publish().rows for _ in range(2)] == [3, 0]


@pytest.mark.parametrize("column", ["id", "updated_at"])
@pytest.mark.parametrize("request_fields", [{}, {"full_refresh": True}])
def test_a_failover_between_plan_and_extract_publishes_nothing(
    pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch, column: str, request_fields: dict[str, bool]
) -> None:
    """The safe point is one of the other server. A new run plans with the server as it is now."""
    pipeline.change(cursor=CursorRef(column=column, zone="UTC"))
    insert_orders(pipeline, 3)
    with monkeypatch.context() as patched:
        answer_as_old_server(pipeline, patched)
        planned = pipeline.plan(**request_fields)
    with pytest.raises(SourceError, match="another server between plan and extract"):
        pipeline.extract(planned)
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_chunks_of_another_replica_are_not_refused(pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader endpoint leads to several servers in turn; lag and lookback allow for that."""
    pipeline.change(cursor=CursorRef(column="updated_at", zone="UTC"))
    insert_orders(pipeline, 3)
    with monkeypatch.context() as patched:
        answer_as_old_server(pipeline, patched, replica=True)
        planned = pipeline.plan()
    entry = pipeline.publish(planned, pipeline.extract(planned))
    assert entry is not None
    assert entry.rows == 3


def answer_as_old_server(pipeline: TablePipeline, patched: pytest.MonkeyPatch, *, replica: bool = False) -> None:
    """Let the clock be that of another server."""
    source = pipeline.clients.source
    clock = source.clock

    def other(*readers: Collection[str]) -> ClockReading:
        return replace(clock(*readers), server_uuid=OLD_SERVER, replica=replica)

    patched.setattr(source, "clock", other)
