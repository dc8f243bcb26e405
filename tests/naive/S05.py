"""Every error exits with code 0."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import MysqlRedshiftError


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit with 0 after printing the message."""
    monkeypatch.setattr(MysqlRedshiftError, "exit_code", 0)
