"""Any error with the state means the default watermark."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.steps.state.journal import Journal


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin anew whenever the state cannot be read."""
    head = Journal.head

    def forgiving(self: Journal, **arguments: Any) -> Any:
        try:
            return head(self, **arguments)
        except MysqlRedshiftError:
            return None

    monkeypatch.setattr(Journal, "head", forgiving)
