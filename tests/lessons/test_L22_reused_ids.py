"""L22: Ids that are used again after a failover are read again, or the run fails with a way out."""

from __future__ import annotations

import re

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.errors import SourceError, TransientError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.planning import safe_point
from tests.failover import fail_over
from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = pytest.mark.parametrize("load", [LoadMode.MERGE, LoadMode.APPEND])
NEW = "2026-02-02 00:00:00"  # the rows that are written after the failover have other values


@pytest.fixture
def read_ten(pipeline: TablePipeline, load: LoadMode) -> TablePipeline:
    """A table of which ids 1 to 7 were read long before, and 8 to 10 just before the failover."""
    pipeline.change(cursor=CursorRef(column="id"), load=load)
    insert_orders(pipeline, 7)
    pipeline.sync()
    insert_orders(pipeline, 3, first=8)
    pipeline.sync()
    return pipeline


def test_ids_above_the_position_do_not_hide_the_rows_below(read_ten: TablePipeline) -> None:
    """The new server lacks rows 8 to 10; the application has used their ids, and more, before the next run."""
    fail_over(read_ten, lost_from=8)
    insert_orders(read_ten, 5, first=8, at=NEW)
    read_ten.sync()
    assert read_ten.rows() == read_ten.source_rows()


def test_exactly_as_many_ids_do_not_look_like_no_change(read_ten: TablePipeline) -> None:
    """The maximum is where it was, so there is nothing above the position."""
    fail_over(read_ten, lost_from=8)
    insert_orders(read_ten, 3, first=8, at=NEW)
    read_ten.sync()
    assert read_ten.rows() == read_ten.source_rows()


def test_the_overlap_waits_for_the_writers_of_the_new_server(
    read_ten: TablePipeline, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is published before, or the next run would not know of the failover."""
    monkeypatch.setattr(safe_point, "SETTLE_SECONDS", 0.3)
    fail_over(read_ten, lost_from=8)
    with writer() as late:
        late(f"INSERT INTO orders (id, updated_at, amount) VALUES (8, '{NEW}', 7)")
        insert_orders(read_ten, 4, first=9, at=NEW)
        with pytest.raises(TransientError, match="open writers"):
            read_ten.plan()
        late("COMMIT")
    read_ten.sync()
    assert read_ten.rows() == read_ten.source_rows()


@pytest.mark.parametrize("remedy", ["set", "full_refresh"])
def test_fewer_ids_than_before_are_refused_and_the_remedies_help(read_ten: TablePipeline, remedy: str) -> None:
    """Id 8 is used again, 9 and 10 will be: the position is above them."""
    fail_over(read_ten, lost_from=8)
    insert_orders(read_ten, 1, first=8, at=NEW)
    with pytest.raises(SourceError, match="uses ids again") as refused:
        read_ten.plan()
    if remedy == "set":
        set_as_advised(read_ten, str(refused.value))
        read_ten.sync()
    else:
        read_ten.sync(full_refresh=True)
        assert read_ten.rows() == read_ten.source_rows()
    insert_orders(read_ten, 3, first=9, at=NEW)
    read_ten.sync()
    assert read_ten.rows() == read_ten.source_rows()


def test_a_truncated_source_is_refused_until_it_is_read_whole(read_ten: TablePipeline) -> None:
    """TRUNCATE restarts the ids on the same server."""
    read_ten.sql("TRUNCATE TABLE orders")
    insert_orders(read_ten, 2, at=NEW)
    with pytest.raises(SourceError, match="uses ids again") as refused:
        read_ten.plan()
    assert "full_refresh: true" in str(refused.value)
    read_ten.sync(full_refresh=True)
    assert read_ten.rows() == read_ten.source_rows()
    insert_orders(read_ten, 3, first=3, at=NEW)
    read_ten.sync()
    assert read_ten.rows() == read_ten.source_rows()


def set_as_advised(pipeline: TablePipeline, message: str) -> None:
    """Run the command that the message names."""
    found = re.search(r"watermark set --pipeline shop --table orders --id (\d+)", message)
    assert found is not None, message
    clients = pipeline.clients
    watermark.set_position(
        pipeline.spec, store=clients.store, source=clients.source, text=found.group(1), field="id", actor="test"
    )
