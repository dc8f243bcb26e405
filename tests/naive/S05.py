"""Every error ends with exit code 0."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import MysqlRedshiftError


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """End with 0, the message having been printed."""
    monkeypatch.setattr(MysqlRedshiftError, "exit_code", 0)
