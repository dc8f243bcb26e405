"""A table of that name will do."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.steps.target import table as target


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the name."""
    monkeypatch.setattr(target, "check_identity", lambda *arguments, **more: _trust(arguments, more))


def _trust(arguments: Any, more: Any) -> tuple[int, int]:
    del arguments, more
    return 0, 0
