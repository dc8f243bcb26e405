"""The watermark is queried after the read."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mysql_redshift.steps import publish


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the time after the read as the position."""
    monkeypatch.setattr(
        publish,
        "_position_to",
        lambda plan, receipts: replace(plan.position_to, value=int(time.time() * 1_000_000)),
    )
