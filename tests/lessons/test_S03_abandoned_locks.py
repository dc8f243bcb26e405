"""S03: A lock left behind by a dead attempt does not block its successor."""

from __future__ import annotations

import secrets

import pytest

from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.errors import TargetError
from mysql_redshift.steps.load import load
from tests.table_pipeline import TablePipeline, insert_orders


def test_the_next_attempt_terminates_an_abandoned_session(pipeline: TablePipeline) -> None:
    """The abandoned session holds the lock of the ledger; the next attempt has the same label and terminates it."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    insert_orders(pipeline, 1, first=50)
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 50")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    label = f"abandoned lock test {secrets.token_hex(6)}"
    with pipeline.clients.warehouse.session(label) as abandoned:
        abandoned.execute(ledger_sql.lock(pipeline.spec.target))
        pipeline.clients.warehouse._statement_timeout = 3.0  # type: ignore[attr-defined]
        try:
            report = load(
                pipeline.spec, store=pipeline.clients.store, warehouse=pipeline.clients.warehouse, label=label
            )
        except TargetError as exc:
            pytest.fail(f"the load could not get the lock: {exc}")
    assert report.rows_copied == 1
