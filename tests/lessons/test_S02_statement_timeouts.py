"""S02: No statement waits forever: each has a timeout."""

from __future__ import annotations

import secrets

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from tests.table_pipeline import TablePipeline


def test_a_hanging_statement_is_canceled_by_its_timeout(pipeline: TablePipeline) -> None:
    """The server cancels it and reports the timeout. An unresponsive bastion is tested in tests/stack/tunnel."""
    label = f"statement timeout test {secrets.token_hex(6)}"
    with (
        pytest.raises(MysqlRedshiftError, match="statement_timeout"),
        pipeline.clients.warehouse.session(label, statement_timeout=1.0) as session,
    ):
        session.query("SELECT pg_sleep(4)")
