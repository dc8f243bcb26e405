"""The watermark takes the window's end, whatever a row limit left unread."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import publish as _publish  # the step; its module is found through it


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the maximum of the window as the watermark."""
    monkeypatch.setitem(_publish.__globals__, "_position_to", lambda plan, receipts: plan.position_to)
