"""The error handler writes an empty watermark."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps import watermark
from mysql_redshift.steps.state import watermark_cache


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reset the watermark in the error handler."""

    def handler(spec: Any, store: Any, *, stage: str, error: Exception) -> None:
        watermark.reset(spec, store=store, actor=f"{stage}: {error}")

    monkeypatch.setattr(watermark_cache, "note_failure", handler)
