"""The repr of a connection shows every field."""

from __future__ import annotations

import pytest

from mysql_redshift.adapters.redshift.connection import RedshiftAddress


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every field."""
    monkeypatch.setattr(RedshiftAddress, "__repr__", lambda self: str(vars(self)))
