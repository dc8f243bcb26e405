"""Statements have no timeout."""

from __future__ import annotations

import pytest

from mysql_redshift.adapters.redshift import warehouse


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set no timeout."""
    monkeypatch.setattr(warehouse, "_configure", lambda *arguments: None)
