"""The error handler writes an empty watermark."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps import watermark
from mysql_redshift.steps.state import watermark_cache


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the state anew from an error handler that knows no position."""

    def handler(spec: Any, store: Any, *, stage: str, error: Exception) -> None:
        watermark.reset(spec, store=store, actor=f"{stage}: {error}")

    monkeypatch.setattr(watermark_cache, "note_failure", handler)
