"""An error while reading the state selects the default watermark."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.steps.state.journal import Journal


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start at the beginning if the state cannot be read."""
    head = Journal.head

    def default(self: Journal, **arguments: Any) -> Any:
        try:
            return head(self, **arguments)
        except MysqlRedshiftError:
            return None

    monkeypatch.setattr(Journal, "head", default)
