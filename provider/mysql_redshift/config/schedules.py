"""Schedules: a cron expression or one of Airflow's presets, checked before Airflow sees it."""

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
NO_SUCH_DAYS = {("30", "2"), *(("31", month) for month in ("2", "4", "6", "9", "11"))}


def schedule(value: object) -> str:
    """Return the text where it is a schedule; raises ValueError naming the field that is not."""
    if value in PRESETS:
        return str(value)
    if str(value).startswith("@"):
        raise ValueError(f"expected one of {', '.join(PRESETS)}, found {value!r:.60}")
    fields = str(value).split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"expected a cron expression of 5 fields, or a preset as @hourly, found {value!r:.60}")
    for text, (name, low, high, words) in zip(fields, FIELDS, strict=True):
        if not all(_fits(part, low, high, words) for part in text.split(",")):
            raise ValueError(f"expected a {name} from {low} to {high} in the cron expression, found {text!r}")
        if "#" in text and name != "weekday":
            raise ValueError(f"expected # with a weekday only in the cron expression, found {name} {text!r}")
    _, _, day, month, weekday = fields
    if (day, month) in NO_SUCH_DAYS and weekday == "*":
        raise ValueError(f"expected a date that comes, found day {day} of month {month}")
    return str(value)


def _fits(part: str, low: int, high: int, words: str) -> bool:
    match = re.fullmatch(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?(?:#[1-5])?", part)
    if match is None or match.group(3) == "0":
        return False
    ends = [end for end in match.groups()[:2] if end is not None]
    return all(_number(end, low, high, words) for end in ends)


def _number(text: str, low: int, high: int, words: str) -> bool:
    if text.isdecimal():
        return low <= int(text) <= high
    return text.lower() in words.lower().split()
