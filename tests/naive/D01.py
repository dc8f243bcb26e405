"""What was loaded is written down afterwards; the worker dies before that."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps.loading import batch_load
from mysql_redshift.steps.loading.ledger_rows import ledger_rows


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write down what was loaded after all COPYs, and die before that."""
    monkeypatch.setattr(batch_load, "ledger_rows", lambda *given, **more: _only_first(ledger_rows(*given, **more)))


def _only_first(rows: Any) -> list[Any]:
    return [row for row in rows if row.sequence == 1]
