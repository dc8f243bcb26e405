"""DAG ids. Airflow allows 250 letters, digits, dashes, dots and underscores; MySQL allows any 64 characters."""

from __future__ import annotations

import hashlib
import re

LONGEST = 128  # characters in the table's part of an id
DIGEST = "_x_"
_FOREIGN = re.compile(r"[^A-Za-z0-9_-]+|_x(?=[0-9a-f])")


def dag_id(pipeline: str, table: str) -> str:
    """Return ``<pipeline>.<table>``."""
    return f"{pipeline}.{safe(table)}"


def safe(name: str) -> str:
    """Return ``name`` with every character that Airflow rejects escaped, as ``_x2e_``. Two names never share an id.

    A name that is too long becomes a digest.
    """
    escaped = _FOREIGN.sub(lambda match: f"_x{match.group().encode().hex()}_", name)
    return escaped if len(escaped) <= LONGEST else f"{DIGEST}{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def table_of(suffix: str) -> str | None:
    """Return the table name of an id's suffix: the inverse of ``safe``. None for a digest, which has no inverse."""
    if suffix.startswith(DIGEST):
        return None
    return re.sub(r"_x([0-9a-f]+)_", lambda match: bytes.fromhex(match.group(1)).decode(), suffix)
