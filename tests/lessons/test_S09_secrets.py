"""S09: Logs, errors and reprs contain no secret."""

from __future__ import annotations

import logging

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.hooks.redshift_ssh import RedshiftSSHTunnelHook
from tests.table_pipeline import TablePipeline, insert_orders


def test_logs_errors_and_reprs_contain_no_password(pipeline: TablePipeline, caplog: pytest.LogCaptureFixture) -> None:
    """A whole run at the DEBUG level, an error, and the reprs that a debugger would print."""
    caplog.set_level(logging.DEBUG)
    insert_orders(pipeline, 3)
    pipeline.sync()
    settings = RedshiftSSHTunnelHook("redshift").settings()
    pipeline.target("DROP TABLE {t}")
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6)")
    pipeline.sql("DO SLEEP(0.01)")
    with pytest.raises(MysqlRedshiftError) as caught:
        pipeline.sync()
    shown = "\n".join([caplog.text, str(caught.value), repr(caught.value), repr(settings), str(settings)])
    assert settings.address.password
    assert settings.address.password not in shown
    assert "PRIVATE KEY" not in shown
