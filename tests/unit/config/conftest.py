"""A fixture that writes pipeline files to a temporary folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a file under ``pipelines/`` and returns its relative path."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "settlement.yaml") -> Path:
        path = Path("pipelines") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write
