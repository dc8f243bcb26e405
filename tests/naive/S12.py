"""A table of that name will do."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps.target.table import Target


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the name."""
    monkeypatch.setattr(Target, "check_identity", lambda *arguments, **more: _trust(arguments, more))


def _trust(arguments: Any, more: Any) -> int:
    del arguments, more
    return 0
