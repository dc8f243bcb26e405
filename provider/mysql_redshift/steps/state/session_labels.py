"""Labels of Redshift sessions. A new session first terminates those that an earlier attempt left under its label."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "mysql_redshift"


def attempt_label(*parts: str) -> str:
    """Return one label for every attempt of a task in any run; ``parts`` (DAG, task, table) identify the task."""
    return f"{PREFIX} {hashlib.sha256('/'.join(parts).encode()).hexdigest()[:24]}"


def unique_label() -> str:
    """Return a label that no other session has, for sessions that have no predecessor."""
    return f"{PREFIX} {secrets.token_hex(12)}"
