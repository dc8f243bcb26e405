"""Cuts the connection at a statement of a load, so that a test can try each of them in turn."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.errors import ConnectionFailed
from tests.table_pipeline import TablePipeline


def load_cut_at(pipeline: TablePipeline, number: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Load; close the connection instead of running the statement of that number. True where it came to that."""
    seen: list[str] = []
    execute, alone = RedshiftSession.execute, RedshiftSession.alone

    def count(session: Any, sql: str) -> None:
        seen.append(sql)
        if len(seen) == number + 1:
            session._connection.close()
            raise ConnectionFailed("The connection was cut", where=sql)

    def cut_execute(self: Any, sql: str) -> int:
        count(self, sql)
        return execute(self, sql)

    def cut_alone(self: Any, sql: str) -> None:
        count(self, sql)
        alone(self, sql)

    with monkeypatch.context() as patch:
        patch.setattr(RedshiftSession, "execute", cut_execute)
        patch.setattr(RedshiftSession, "alone", cut_alone)
        try:
            pipeline.load()
        except ConnectionFailed:
            return True
    return False
