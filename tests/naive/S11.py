"""A window that does not move is nobody's business."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core import safe_point


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait, however long it takes."""
    monkeypatch.setattr(safe_point, "_refuse_long_hold", lambda *arguments: _wait(arguments))


def _wait(arguments: Any) -> None:
    del arguments
