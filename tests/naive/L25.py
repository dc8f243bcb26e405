"""A wall clock of an unstated zone is taken for UTC."""

from __future__ import annotations

import pytest

from mysql_redshift.steps.planning import cursor_values


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for no zone."""
    monkeypatch.setattr(cursor_values, "require_zone", lambda *_: None)
