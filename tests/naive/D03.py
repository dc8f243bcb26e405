"""An arbitrary version wins."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.sql import staging as staging_sql


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep any row of a key."""
    ranked = staging_sql.keep_newest
    monkeypatch.setattr(staging_sql, "keep_newest", lambda *arguments: _any(ranked(*arguments)))


def _any(sql: Any) -> str:
    return str(sql).replace(" DESC", " ASC")
