"""Durations and sizes as people write them."""

from __future__ import annotations

import re

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BYTES = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
DURATION = r"^\s*(\d+(\.\d+)?\s*[smhd]\s*)+$"
SIZE = r"^\s*\d+(\.\d+)?\s*([kKmMgG][iI]?)?[bB]\s*$"


def seconds(value: object) -> float:
    """Read ``10m``, ``1h30m``, ``2d``, or a number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or not re.fullmatch(DURATION, value):
        raise ValueError(f"expected a duration as 30s, 10m, 1h30m or 2d, found {value!r:.60}")
    return sum(float(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+(?:\.\d+)?)\s*([smhd])", value))


def size(value: object) -> int:
    """Read ``256MB``, ``1GiB``, or a number of bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not re.fullmatch(SIZE, value):
        raise ValueError(f"expected a size as 64MB, 256MiB or a number of bytes, found {value!r:.60}")
    number, unit = re.findall(r"([\d.]+)\s*([A-Z]+)", value.upper())[0]
    return round(float(number) * BYTES[unit])
