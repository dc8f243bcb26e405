"""A window that is held back is not reported."""

from __future__ import annotations

import pytest

from mysql_redshift.core import safe_point


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait without a limit."""
    monkeypatch.setattr(safe_point, "_refuse_long_hold", lambda *arguments: None)
