"""Only the later of two entries of a thread counts."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core import safe_point
from mysql_redshift.core.clock import Observation, Writer


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep one entry per thread: the one that started last."""

    def latest_start(previous: Observation, now: Observation, *arguments: Any) -> list[Writer]:
        started = {writer.thread: writer.started for writer in now.writers}
        latest = previous.taken_at + safe_point.START_MARGIN
        return [writer for writer in previous.writers if started.get(writer.thread, latest + 1) <= latest]

    monkeypatch.setattr(safe_point, "_still_open", latest_start)
