"""A limited read is taken to have read its whole window."""

from __future__ import annotations

import pytest

from mysql_redshift.core.log import LogEntry


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete the whole window before the append."""
    monkeypatch.setattr(LogEntry, "window_read", property(lambda entry: entry.window))
