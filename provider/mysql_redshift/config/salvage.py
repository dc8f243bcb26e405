"""Read the schedule of a pipeline file that is otherwise invalid."""

from __future__ import annotations

import re
from pathlib import Path

from mysql_redshift.config.layers import layers
from mysql_redshift.config.schedules import schedule
from mysql_redshift.errors import ConfigurationError

FALLBACK = "@hourly"
_LINE = re.compile(r"^schedule:[ \t]*([\"']?)(.*?)\1[ \t]*(?:#.*)?$", re.MULTILINE)


def stated_schedule(path: Path, environment: str) -> str | None:
    """Return the schedule in a broken file, so that its error shows when the pipeline would have run.

    An invalid schedule becomes ``@hourly``; a file without one returns None.
    """
    try:
        stated = layers(path, environment).values.get("schedule")
    except ConfigurationError:
        stated = _line_of(path)
    if stated in (None, "", "null", "~"):
        return None
    try:
        return schedule(stated)
    except ValueError:
        return FALLBACK


def _line_of(path: Path) -> str | None:
    """Find the schedule line in a file that is not valid YAML."""
    try:
        found = _LINE.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found.group(2) if found else None
