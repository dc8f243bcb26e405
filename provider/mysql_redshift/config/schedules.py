"""Schedules: a cron expression or one of Airflow's presets, validated before Airflow parses it."""

from __future__ import annotations

import re

PRESETS = ("@once", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@continuous")
FIELDS = (
    ("minute", 0, 59, ""),
    ("hour", 0, 23, ""),
    ("day", 1, 31, "L"),
    ("month", 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    ("weekday", 0, 7, "sun mon tue wed thu fri sat"),
)
NONEXISTENT_DATES = {("30", "2"), *(("31", month) for month in ("2", "4", "6", "9", "11"))}


def schedule(value: object) -> str:
    """Return the text of a valid schedule; raise ValueError that names the invalid field."""
    if value in PRESETS:
        return str(value)
    if str(value).startswith("@"):
        raise ValueError(f"expected one of {', '.join(PRESETS)}, found {value!r:.60}")
    fields = str(value).split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"expected a cron expression of 5 fields or a preset such as @hourly, found {value!r:.60}")
    for text, (name, low, high, words) in zip(fields, FIELDS, strict=True):
        if not all(_fits(part, low, high, words) for part in text.split(",")):
            raise ValueError(f"expected a {name} from {low} to {high} in the cron expression, found {text!r}")
        if "#" in text and name != "weekday":
            raise ValueError(f"expected # only in the weekday of the cron expression, found {name} {text!r}")
    _, _, day, month, weekday = fields
    if (day, month) in NONEXISTENT_DATES and weekday == "*":
        raise ValueError(f"expected an existing date, found day {day} of month {month}")
    return str(value)


def _fits(part: str, low: int, high: int, words: str) -> bool:
    match = re.fullmatch(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?(?:#[1-5])?", part)
    if match is None or match.group(3) == "0":
        return False
    limits = [limit for limit in match.groups()[:2] if limit is not None]
    return all(_in_range(limit, low, high, words) for limit in limits)


def _in_range(text: str, low: int, high: int, words: str) -> bool:
    if text.isdecimal():
        return low <= int(text) <= high
    return text.lower() in words.lower().split()
