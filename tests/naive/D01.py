"""The loaded entries are recorded after the load, and the worker dies before that."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps.loading import batch_load
from mysql_redshift.steps.loading.ledger_rows import ledger_rows


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record only the first entry, like a worker that dies after the COPYs."""
    monkeypatch.setattr(batch_load, "ledger_rows", lambda *given, **more: _only_first(ledger_rows(*given, **more)))


def _only_first(rows: Any) -> list[Any]:
    return [row for row in rows if row.sequence == 1]
