"""The watermark takes the window's end, whatever a row limit left unread."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import publish


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the maximum of the window as the watermark."""
    monkeypatch.setattr(publish, "_position_to", lambda plan, receipts: plan.position_to)
