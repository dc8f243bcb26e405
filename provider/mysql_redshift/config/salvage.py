"""What can still be read of a pipeline's file that cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

from mysql_redshift.config.layers import layers
from mysql_redshift.config.schedules import schedule
from mysql_redshift.errors import ConfigurationError

INSTEAD = "@hourly"
_LINE = re.compile(r"^schedule:[ \t]*([\"']?)(.*?)\1[ \t]*(?:#.*)?$", re.MULTILINE)


def stated_schedule(path: Path, environment: str) -> str | None:
    """Return the schedule that a broken file states, so that its error shows when the pipeline would have run.

    A schedule that is itself broken becomes ``@hourly``; a file without one has none.
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
        return INSTEAD


def _line_of(path: Path) -> str | None:
    """Look for the line in a file that is not YAML."""
    try:
        found = _LINE.search(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found.group(2) if found else None
