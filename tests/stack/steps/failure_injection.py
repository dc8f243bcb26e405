"""Close the connection at a chosen statement of a load, so that a test can try every statement in turn."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.errors import ConnectionFailed
from tests.table_pipeline import TablePipeline


def load_failing_at(pipeline: TablePipeline, number: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Load, but close the connection instead of running statement ``number``; return whether the load got that far."""
    statements: list[str] = []
    execute, alone = RedshiftSession.execute, RedshiftSession.alone

    def record(session: Any, sql: str) -> None:
        statements.append(sql)
        if len(statements) == number + 1:
            session._connection.close()
            raise ConnectionFailed("The connection was closed", where=sql)

    def failing_execute(self: Any, sql: str) -> int:
        record(self, sql)
        return execute(self, sql)

    def failing_alone(self: Any, sql: str) -> None:
        record(self, sql)
        alone(self, sql)

    with monkeypatch.context() as patch:
        patch.setattr(RedshiftSession, "execute", failing_execute)
        patch.setattr(RedshiftSession, "alone", failing_alone)
        try:
            pipeline.load()
        except ConnectionFailed:
            return True
    return False
