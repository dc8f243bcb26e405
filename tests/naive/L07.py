"""NULL cursors are nobody's business."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps.planning import read_scope


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not ask for NULLs."""
    monkeypatch.setattr(read_scope, "null_chunk", lambda *arguments: _no(arguments))


def _no(arguments: Any) -> bool:
    del arguments
    return False
