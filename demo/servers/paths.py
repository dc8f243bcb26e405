"""Where the demo keeps its servers' data; thrown away when the next demo begins."""

from __future__ import annotations

from pathlib import Path

from devstack import paths

NAME = "demo-servers"


def home() -> Path:
    """Return the folder of the demo's own servers, beside those of the tests."""
    return paths.home() / NAME
