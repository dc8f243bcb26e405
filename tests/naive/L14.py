"""A writer that says nothing has written everything."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps import extract


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe the writer."""
    monkeypatch.setattr(extract, "_check", lambda *arguments, **counts: _believe(arguments, counts))


def _believe(arguments: Any, counts: Any) -> None:
    del arguments, counts
