"""S02: No statement waits for ever."""

from __future__ import annotations

import secrets

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from tests.table_pipeline import TablePipeline


def test_a_statement_that_hangs_is_ended_by_its_timeout(pipeline: TablePipeline) -> None:
    """The server ends it, and says so. What a silent bastion does is tested in tests/stack/tunnel."""
    label = f"test of patience {secrets.token_hex(6)}"
    with (
        pytest.raises(MysqlRedshiftError, match="statement_timeout"),
        pipeline.clients.warehouse.session(label, statement_timeout=1.0) as session,
    ):
        session.query("SELECT pg_sleep(4)")
