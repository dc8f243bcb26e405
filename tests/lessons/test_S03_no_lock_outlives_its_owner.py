"""S03: A lock that a dead attempt left behind does not stop its successor."""

from __future__ import annotations

import secrets

import pytest

from mysql_redshift.core import ledger
from mysql_redshift.errors import TargetError
from mysql_redshift.steps.load import load
from tests.way import Way, fill


def test_a_session_left_behind_is_ended_by_the_next_attempt(way: Way) -> None:
    """It held the ledger's lock; the successor bears its name and ends it."""
    fill(way, 5)
    way.sync()
    fill(way, 1, first=50)
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 50")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    label = f"test of locks {secrets.token_hex(6)}"
    with way.clients.warehouse.session(label) as left_behind:
        left_behind.execute(ledger.lock(way.spec.target))
        way.clients.warehouse._statement_timeout = 3.0  # type: ignore[attr-defined]
        try:
            report = load(way.spec, store=way.clients.store, warehouse=way.clients.warehouse, label=label)
        except TargetError as exc:
            pytest.fail(f"the load waited in vain: {exc}")
    assert report.rows_copied == 1
