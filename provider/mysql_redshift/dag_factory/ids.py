"""DAG ids. Airflow takes 250 letters, digits, dashes, dots and underscores; MySQL takes any name of 64 characters."""

from __future__ import annotations

import hashlib
import re

LONGEST = 128  # of a table's part
DIGEST = "_x_"
_FOREIGN = re.compile(r"[^A-Za-z0-9_-]+|_x(?=[0-9a-f])")


def dag_id(pipeline: str, table: str) -> str:
    """Return ``<pipeline>.<table>``."""
    return f"{pipeline}.{safe(table)}"


def safe(name: str) -> str:
    """Return ``name`` with other characters, and what looks like it, as ``_x2e_``: no two names become one."""
    escaped = _FOREIGN.sub(lambda match: f"_x{match.group().encode().hex()}_", name)
    return escaped if len(escaped) <= LONGEST else f"{DIGEST}{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def table_of(suffix: str) -> str | None:
    """Return the table whose id ends so: the inverse of ``safe``; None where only a look at all tables tells."""
    if suffix.startswith(DIGEST):
        return None
    return re.sub(r"_x([0-9a-f]+)_", lambda match: bytes.fromhex(match.group(1)).decode(), suffix)
