"""A skipped extract skips the load."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps import load


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the load where the run extracted nothing."""
    monkeypatch.setattr(load, "_all_loaded", lambda journal, cache, head: _empty(head))


def _empty(head: Any) -> bool:
    return not head.files
