"""COPY appends."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.spec import LoadMode
from mysql_redshift.steps import plan


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Append only."""
    monkeypatch.setattr(plan, "load_mode", lambda *arguments: _append(arguments))


def _append(arguments: Any) -> LoadMode:
    del arguments
    return LoadMode.APPEND
