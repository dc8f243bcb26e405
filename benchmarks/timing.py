"""Two actions timed in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


def interleaved(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Time both in turn, so that what disturbs one disturbs the other; return medians."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for action, seconds in zip((one, other), times, strict=True):
            start = time.perf_counter()
            action()
            seconds.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
