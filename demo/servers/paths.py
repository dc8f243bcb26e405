"""The folder of the demo's servers; the next demo deletes it first."""

from __future__ import annotations

from pathlib import Path

from devstack import paths

NAME = "demo-servers"


def home() -> Path:
    """Return the folder of the demo's servers, separate from those of the tests."""
    return paths.home() / NAME
