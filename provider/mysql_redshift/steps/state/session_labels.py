"""Names of Redshift sessions. Sessions of one name do one task's work: who comes later ends those before it."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "mysql_redshift"


def attempt_label(*parts: str) -> str:
    """Return the same name for every attempt of one task in any run, told apart by ``parts``: DAG, task and table."""
    return f"{PREFIX} {hashlib.sha256('/'.join(parts).encode()).hexdigest()[:24]}"


def unique_label() -> str:
    """Return a name no other session bears, for sessions that nobody retries."""
    return f"{PREFIX} {secrets.token_hex(12)}"
