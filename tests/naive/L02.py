"""The watermark moves to the end of the window, even if a limit left rows unread."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import publish


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the position to the end of the window."""
    monkeypatch.setattr(publish, "_position_to", lambda plan, receipts: plan.position_to)
