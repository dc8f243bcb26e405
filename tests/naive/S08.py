"""Numbers are converted to floats."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.sql import source as source_sql


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convert ids to DOUBLE."""
    rows = source_sql.rows

    def doubles(*arguments: Any, **more: Any) -> str:
        return rows(*arguments, **more).replace("`id`", "CAST(`id` + 0e0 AS UNSIGNED) AS `id`", 1)

    monkeypatch.setattr(source_sql, "rows", doubles)
