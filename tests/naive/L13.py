"""All key ranges have the same width."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.sql import source as source_sql
from mysql_redshift.steps.planning import chunks


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split the range from the lowest to the highest key into equal parts."""

    def equal_width(spec: Any, schema: Any, source: Any) -> list[int]:
        name = schema.key[0]
        low, high = source.query(f"SELECT MIN({name}), MAX({name}) FROM {source_sql.table(spec.source)}")[0]
        return [int(low) + (int(high) - int(low)) * part // 11 for part in range(1, 11)]

    monkeypatch.setattr(chunks, "_key_boundaries", equal_width)
