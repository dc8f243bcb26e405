"""One key for all batches of a table."""

from __future__ import annotations

import pytest

from mysql_redshift.core.layout import TableLayout


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write every batch to one key."""
    monkeypatch.setattr(TableLayout, "part", lambda self, *names: f"{self.data}batch.parquet")
