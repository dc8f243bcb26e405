"""Timestamps and run keys: this machine's time is informational, the random suffix makes a run key unique."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


def now_text() -> str:
    """Return this machine's time as ISO 8601 in UTC with six digits and a Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def new_run_key() -> str:
    """Return a key that no other run has: a UTC timestamp and a random suffix."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
