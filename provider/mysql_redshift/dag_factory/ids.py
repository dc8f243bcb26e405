"""DAG ids. Airflow takes letters, digits, dash, dot and underscore only; MySQL takes any name."""

from __future__ import annotations

import re

ESCAPE = "_x"


def dag_id(pipeline: str, table: str) -> str:
    """Return ``<pipeline>.<table>``; other characters, and a leading of the escape itself, as ``_x2e_``."""
    return f"{pipeline}.{re.sub(r'[^A-Za-z0-9_-]|_x(?=[0-9a-f]+_)', _escaped, table)}"


def table_of(suffix: str) -> str:
    """Return the table whose id ends so: the inverse of ``dag_id``."""
    return re.sub(r"_x([0-9a-f]+)_", lambda match: bytes.fromhex(match.group(1)).decode(), suffix)


def _escaped(match: re.Match[str]) -> str:
    return f"{ESCAPE}{match.group().encode().hex()}_"
