"""COPY appends; nothing is merged."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import LoadMode
from mysql_redshift.steps import plan


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Append to every table."""
    monkeypatch.setattr(plan, "load_mode", lambda *arguments: LoadMode.APPEND)
