"""Whatever table has taken the target's place is accepted."""

from __future__ import annotations

import pytest

from mysql_redshift.steps import adopt


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare nothing."""
    monkeypatch.setattr(adopt, "require_passed", lambda *arguments: None)
