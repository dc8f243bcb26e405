"""Whether a table's storage engine supports consistent snapshots."""

from __future__ import annotations

from mysql_redshift.core.types.column import SourceTable

SNAPSHOTS = frozenset({"innodb", "rocksdb", "tokudb"})  # engines with START TRANSACTION WITH CONSISTENT SNAPSHOT


def has_snapshots(table: SourceTable) -> bool:
    """Whether all statements of a transaction see one snapshot. Assumed for a view, which has no engine."""
    return not table.engine or table.engine.lower() in SNAPSHOTS


def engine_notes(table: SourceTable) -> tuple[str, ...]:
    """Warn about an engine without snapshots: statements see different states of the table and block writers."""
    if has_snapshots(table):
        return ()
    note = (
        f"engine {table.engine} has no snapshots: a chunk fails and is retried if its rows change between counting and "
        "reading, and reading blocks writers. ALTER TABLE ... ENGINE=InnoDB removes both limits"
    )
    return (note,)
