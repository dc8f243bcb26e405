"""A listing that failed is empty."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.errors import MysqlRedshiftError
from mysql_redshift.steps.state.journal import Journal


def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take an error for an empty list."""
    last = Journal._last_sequence

    def quiet(self: Journal, hint: int) -> Any:
        try:
            return last(self, hint)
        except MysqlRedshiftError:
            return 0

    monkeypatch.setattr(Journal, "_last_sequence", quiet)
