"""Rows beyond the clock are left out without a word."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import plan as plan_module
from mysql_redshift.steps.planning.beyond_clock import BeyondClock


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count no rows beyond the clock."""
    monkeypatch.setattr(plan_module, "count_beyond_clock", lambda *_, **__: BeyondClock())
