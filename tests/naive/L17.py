"""The text of a running statement says whether it writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from mysql_redshift.core.open_writers import Process, Sessions


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every statement that is shown as a SELECT for a read."""
    correct = Sessions._running

    def by_text(sessions: Sessions, readers: Collection[str]) -> Iterable[Process]:
        return [process for process in correct(sessions, readers) if process.keyword != "SELECT"]

    monkeypatch.setattr(Sessions, "_running", by_text)
