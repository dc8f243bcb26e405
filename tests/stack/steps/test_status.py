"""``watermark get`` reports the status of the last run of each stage; commands that only read change nothing."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import SourceError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.state.watermark_cache import WatermarkState
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST


@pytest.fixture
def synced(pipeline: TablePipeline) -> TablePipeline:
    """Five rows that were synced."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    return pipeline


def state(pipeline: TablePipeline) -> WatermarkState:
    return watermark.read(pipeline.spec, pipeline.clients.store)


def test_a_failed_extraction_is_recorded_until_the_next_run_publishes(synced: TablePipeline) -> None:
    """Otherwise operators would see success although no rows arrive."""
    synced.sql("INSERT INTO orders (updated_at) VALUES (UTC_TIMESTAMP(6))")
    synced.sql("DO SLEEP(0.01)")
    planned = synced.plan()
    synced.sql("ALTER TABLE orders ADD extra INT")
    position = state(synced).position
    with pytest.raises(SourceError, match="altered between plan and extract"):
        synced.extract(planned)
    assert state(synced).mysql_status == "failed"
    assert "altered between plan and extract" in (state(synced).last_error or "")
    assert state(synced).position == position
    synced.sync()
    assert (state(synced).mysql_status, state(synced).last_error) == ("success", None)


def test_a_dry_run_that_fails_changes_no_status(synced: TablePipeline) -> None:
    """A dry run is not a run: a mistyped cursor in one must not change the status that operators monitor."""
    key = TableLayout.of(synced.spec).watermark
    before = synced.clients.store.get(key)
    synced.change(cursor=CursorRef(column="updatd_at"))
    with pytest.raises(SourceError, match="updatd_at"):
        synced.plan(dry_run=True)
    assert synced.clients.store.get(key) == before
    with pytest.raises(SourceError, match="updatd_at"):
        synced.plan()
    assert state(synced).mysql_status == "failed"


def test_a_position_set_by_hand_is_no_extraction(synced: TablePipeline) -> None:
    """Time and row count of the last extraction are kept."""
    before = state(synced)
    watermark.reset(synced.spec, store=synced.clients.store, actor="test")
    after = state(synced)
    assert after.position is None
    assert (after.last_mysql_extraction_time, after.mysql_rows_extracted) == (before.last_mysql_extraction_time, 5)
