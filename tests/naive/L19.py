"""A full read is taken to end at its position."""

from __future__ import annotations

import pytest

from mysql_redshift.core.log import LogEntry
from mysql_redshift.steps.loading import apply


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record the position of a full entry as the highest cursor value."""

    def up_to_the_position(max_cursor: int | None, entry: LogEntry) -> int | None:
        top = entry.position_to.value if entry.full and entry.position_to is not None else entry.read_up_to
        return max((value for value in (max_cursor, top) if value is not None), default=None)

    monkeypatch.setattr(apply, "_highest", up_to_the_position)
