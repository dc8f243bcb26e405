"""S04: A load that fails with a serialization error is retried."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import MysqlRedshiftError, TransientError
from tests.lessons.conftest import Order
from tests.table_pipeline import TablePipeline, insert_orders


def test_error_1023_is_transient(pipeline: TablePipeline, order: Order) -> None:
    """Airflow retries the load, which finds the rows still pending and loads them once."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()
    pipeline.load()
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6)")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    order(fault="error_1023_once", application_name="mysql_redshift*", matching="commit")
    with pytest.raises(MysqlRedshiftError) as caught:
        pipeline.load()
    assert isinstance(caught.value, TransientError)
    assert pipeline.load().rows_copied == 5
    assert pipeline.rows() == pipeline.source_rows()
