"""Every run mode and load mode produces the same target as a plain sync."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.request import Mode, RunRequest
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.errors import ConfigurationError
from mysql_redshift.hooks.clients import Clients
from mysql_redshift.steps import watermark
from mysql_redshift.steps.load import load
from mysql_redshift.steps.plan import plan
from mysql_redshift.steps.publish import publish
from mysql_redshift.steps.verify import verify
from tests.flavors import ON_LAST
from tests.table_pipeline import TablePipeline, insert_orders

pytestmark = ON_LAST


@pytest.fixture
def changed(pipeline: TablePipeline) -> TablePipeline:
    """Sync twenty rows, then update some and insert one."""
    insert_orders(pipeline, 20)
    pipeline.sync()
    pipeline.sql("UPDATE orders SET amount = 9, updated_at = UTC_TIMESTAMP(6) WHERE id <= 5")
    pipeline.sql("INSERT INTO orders (id, updated_at, amount) VALUES (50, UTC_TIMESTAMP(6), 5)")
    pipeline.sql("DO SLEEP(0.01)")
    return pipeline


def test_a_full_refresh_loads_every_row_again(changed: TablePipeline) -> None:
    """It restores a row that was deleted in the target."""
    changed.target("DELETE FROM {t} WHERE id = 7")
    changed.sync(full_refresh=True)
    assert changed.rows() == changed.source_rows()


def test_a_repair_loads_a_window_again_and_keeps_the_position(changed: TablePipeline) -> None:
    """``since`` and ``until`` with ``move_watermark: false`` read a window again."""
    changed.sync()
    changed.target("UPDATE {t} SET note = 'broken' WHERE id BETWEEN 8 AND 10")
    entry = changed.extract_and_publish(
        since="2026-01-01T00:00:06Z", until="2026-01-01T00:00:10Z", move_watermark=False
    )
    assert (entry.rows, entry.position_from) == (4, entry.position_to)
    changed.load()
    assert changed.rows() == changed.source_rows()


def test_redshift_only_loads_what_backup_only_extracted(changed: TablePipeline) -> None:
    changed.extract_and_publish(mode=Mode.BACKUP_ONLY)
    assert changed.rows() != changed.source_rows()
    assert changed.plan(mode=Mode.REDSHIFT_ONLY).work == ()
    changed.load()
    assert changed.rows() == changed.source_rows()


def test_redshift_only_needs_no_mysql_connection(changed: TablePipeline) -> None:
    """It loads and verifies although the source connection does not exist."""
    changed.extract_and_publish(mode=Mode.BACKUP_ONLY)
    spec = replace(changed.spec, source=replace(changed.spec.source, conn_id="nowhere"))
    with Clients(spec) as clients:
        planned = plan(spec, RunRequest(mode=Mode.REDSHIFT_ONLY), source=None, store=clients.store)
        assert publish(planned, (), store=clients.store) is None
        assert load(spec, store=clients.store, warehouse=clients.warehouse).rows_copied == 6
        verify(spec, source=None, store=clients.store, warehouse=clients.warehouse, checks=("custody",))
    assert changed.rows() == changed.source_rows()


def test_replace_mode_replaces_the_whole_table(changed: TablePipeline) -> None:
    """A row deleted at the source is not in the target afterwards."""
    changed.sql("DELETE FROM orders WHERE id = 4")
    changed.change(load=LoadMode.REPLACE)
    changed.sync()
    assert changed.rows() == changed.source_rows()


def test_a_changed_key_needs_a_full_refresh(pipeline: TablePipeline) -> None:
    """Rows in the target were merged by the old key, so any other run is refused and names the remedy."""
    insert_orders(pipeline, 10)
    pipeline.sync()
    pipeline.sql("ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (id, updated_at)")
    with pytest.raises(ConfigurationError, match="full_refresh: true"):
        pipeline.plan()
    pipeline.sync(full_refresh=True)
    pipeline.sql("INSERT INTO orders VALUES (90, UTC_TIMESTAMP(6), 1, 'new')")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_an_append_that_reads_everything_again_replaces_rows_without_a_cursor(pipeline: TablePipeline) -> None:
    """Such rows were loaded before the table had this cursor; they are not duplicated."""
    insert_orders(pipeline, 10)
    pipeline.change(load=LoadMode.APPEND)
    pipeline.sync()
    pipeline.target("UPDATE {t} SET updated_at = NULL WHERE id < 4")
    watermark.reset(pipeline.spec, store=pipeline.clients.store, actor="test")
    pipeline.sync()
    assert pipeline.rows() == pipeline.source_rows()


def test_the_cluster_s_default_role_loads(changed: TablePipeline) -> None:
    """``iam_role: default`` is Redshift's keyword; in quotes it would be the name of a role."""
    changed.change(target=replace(changed.spec.target, iam_role="default"))
    changed.sync()
    assert changed.rows() == changed.source_rows()
