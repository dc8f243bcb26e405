"""S03: A lock that a dead attempt left behind does not stop its successor."""

from __future__ import annotations

import secrets

import pytest

from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.errors import TargetError
from mysql_redshift.steps.load import load
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_session_left_behind_is_ended_by_the_next_attempt(pipeline: TablePipeline) -> None:
    """It held the ledger's lock; the successor bears its name and ends it."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    insert_orders(pipeline, 1, first=50)
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 50")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    label = f"test of locks {secrets.token_hex(6)}"
    with pipeline.clients.warehouse.session(label) as left_behind:
        left_behind.execute(ledger_sql.lock(pipeline.spec.target))
        pipeline.clients.warehouse._statement_timeout = 3.0  # type: ignore[attr-defined]
        try:
            report = load(
                pipeline.spec, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label=label
            )
        except TargetError as exc:
            pytest.fail(f"the load waited in vain: {exc}")
    assert report.rows_copied == 1
