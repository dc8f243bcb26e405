"""Pipelines written into a folder of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file below ``pipelines/``; paths are relative to the working directory, as people type them."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "settlement.yaml") -> Path:
        path = Path("pipelines") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write
