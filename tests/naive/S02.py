"""A statement may take for ever."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.adapters.redshift import warehouse


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set no timeout."""
    monkeypatch.setattr(warehouse, "_configure", lambda session, *arguments: _nothing(session, arguments))


def _nothing(session: Any, arguments: Any) -> None:
    del session, arguments
