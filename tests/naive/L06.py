"""The watermark is looked up after the read."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mysql_redshift.steps import publish


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the maximum when the read is done, in a snapshot of its own."""
    monkeypatch.setattr(
        publish,
        "_position_to",
        lambda plan, receipts: replace(plan.position_to, value=int(time.time() * 1_000_000)),
    )
