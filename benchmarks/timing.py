"""Time two actions in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


def interleaved(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Run both actions in turn, so that disturbances affect both; return the median seconds of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for action, seconds in zip((one, other), times, strict=True):
            start = time.perf_counter()
            action()
            seconds.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
