"""All batches of a table have one key."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write every batch to the same key."""
    monkeypatch.setattr(TableLayout, "part", lambda self, *names: f"{self.data}batch.parquet")
