"""'null' and '' become NULL."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.sql import source as source_sql


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace both texts with NULL."""
    rows = source_sql.rows

    def cleaned(*arguments: Any, **more: Any) -> str:
        return rows(*arguments, **more).replace("`note`", "NULLIF(NULLIF(`note`, ''), 'null') AS `note`", 1)

    monkeypatch.setattr(source_sql, "rows", cleaned)
