"""S09: No secret is in what is shown."""

from __future__ import annotations

import logging

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.hooks.redshift_ssh import RedshiftSSHTunnelHook
from tests.way import Way, fill


def test_neither_logs_nor_errors_nor_reprs_hold_a_password(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    """A whole run at the loudest level, an error, and what a debugger would print."""
    caplog.set_level(logging.DEBUG)
    fill(way, 3)
    way.sync()
    settings = RedshiftSSHTunnelHook("redshift").settings()
    way.target("DROP TABLE {t}")
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6)")
    way.sql("DO SLEEP(0.01)")
    with pytest.raises(MysqlRedshiftError) as caught:
        way.sync()
    shown = "\n".join([caplog.text, str(caught.value), repr(caught.value), repr(settings), str(settings)])
    assert settings.address.password
    assert settings.address.password not in shown
    assert "PRIVATE KEY" not in shown
