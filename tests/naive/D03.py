"""An arbitrary version of a row wins."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.sql import staging as staging_sql


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the oldest version of each key."""
    ranked = staging_sql.keep_newest
    monkeypatch.setattr(staging_sql, "keep_newest", lambda *arguments: _oldest_first(ranked(*arguments)))


def _oldest_first(sql: Any) -> str:
    return str(sql).replace(" DESC", " ASC")
