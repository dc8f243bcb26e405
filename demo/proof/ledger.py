"""Read the ledger in Redshift: the rows that each load copied."""

from __future__ import annotations

from demo.pipeline.definition import LEDGER_SCHEMA, TARGET_SCHEMA
from demo.verifier import TargetReader


def copied_rows(target: TargetReader, table: str, sequences: list[int]) -> int:
    """Return the number of rows that COPY loaded for these log entries."""
    if not sequences:
        return 0
    numbers = ", ".join(map(str, sequences))
    name = f'"{LEDGER_SCHEMA}"."{TARGET_SCHEMA}__{table}"'
    rows = target.query(f"SELECT COALESCE(SUM(rows_copied), 0) FROM {name} WHERE sequence IN ({numbers})")
    return int(rows[0][0])
