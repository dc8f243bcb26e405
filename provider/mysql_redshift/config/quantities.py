"""Durations and sizes as people write them."""

from __future__ import annotations

import re

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BYTES = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}


def seconds(value: object) -> float:
    """Read ``10m``, ``1h30m``, ``2d``, or a number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhd])", str(value))
    if not parts or re.sub(r"\d+(?:\.\d+)?\s*[smhd]|\s", "", str(value)):
        raise ValueError(f"{value!r} is not a duration; write it as 30s, 10m, 1h30m or 2d")
    return sum(float(number) * SECONDS[unit] for number, unit in parts)


def size(value: object) -> int:
    """Read ``256MB``, ``1GiB``, or a number of bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]?I?B)\s*", str(value).upper())
    if match is None:
        raise ValueError(f"{value!r} is not a size; write it as 64MB, 256MiB or a number of bytes")
    return round(float(match.group(1)) * BYTES[match.group(2)])
