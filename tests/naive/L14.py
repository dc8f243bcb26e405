"""Rows are not counted after the write."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import extract


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the row count check."""
    monkeypatch.setattr(extract, "_check", lambda *arguments, **counts: None)
