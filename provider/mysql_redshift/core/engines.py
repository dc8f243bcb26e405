"""What a table's storage engine lets a run rely on."""

from __future__ import annotations

from mysql_redshift.core.types.column import SourceTable

SNAPSHOTS = frozenset({"innodb", "rocksdb", "tokudb"})  # engines with START TRANSACTION WITH CONSISTENT SNAPSHOT


def has_snapshots(table: SourceTable) -> bool:
    """Whether all statements of a snapshot see one moment; of a view, which has no engine, this is assumed."""
    return not table.engine or table.engine.lower() in SNAPSHOTS


def engine_notes(table: SourceTable) -> tuple[str, ...]:
    """Warn of an engine without snapshots: a run's statements see different moments, and hold writers up."""
    if has_snapshots(table):
        return ()
    note = (
        f"engine {table.engine} has no snapshots: a chunk that is written to between its count and its reading fails "
        "and is retried, and its reading makes writers wait. ALTER TABLE ... ENGINE=InnoDB ends both"
    )
    return (note,)
