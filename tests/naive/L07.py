"""Rows with a NULL cursor are ignored."""

from __future__ import annotations

import pytest

from mysql_redshift.steps.planning import read_scope


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not query rows with a NULL cursor."""
    monkeypatch.setattr(read_scope, "null_chunk", lambda *arguments: False)
