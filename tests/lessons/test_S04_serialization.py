"""S04: A transaction that another one overtook is tried again."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import MysqlRedshiftError, TransientError
from tests.lessons.conftest import Order
from tests.way import Way, fill


def test_1023_is_transient(way: Way, order: Order) -> None:
    """Airflow's retry then finds the rows still pending, and loads them once."""
    fill(way, 5)
    way.stage_one()
    way.load()
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6)")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    order(fault="error_1023_once", application_name="mysql_redshift*", matching="commit")
    with pytest.raises(MysqlRedshiftError) as caught:
        way.load()
    assert isinstance(caught.value, TransientError)
    assert way.load().rows_copied == 5
    assert way.rows() == way.source_rows()
