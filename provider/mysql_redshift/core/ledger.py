"""The ledger: which log entries a target table holds. It is written in the transaction that moves the rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mysql_redshift.core import quoting
from mysql_redshift.core.spec import TargetRef

NAME_BYTES = 127


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One applied log entry. ``max_cursor`` is the highest cursor value that any entry so far has read up to."""

    sequence: int
    load_id: str
    run_key: str
    kind: str
    log_uri: str  # the log's address: another origin in one ledger is refused
    rows_copied: int
    rows_inserted: int
    rows_replaced: int
    rows_superseded: int
    position: str
    max_cursor: int | None
    target_oid: int
    generation: int


@dataclass(frozen=True, kw_only=True)
class LedgerHead:
    """The ledger's last row, as far as a load decides from it; all zero where the ledger is empty."""

    sequence: int = 0
    log_uri: str = ""
    max_cursor: int | None = None
    target_oid: int = 0
    generation: int = 0


COLUMNS = (
    ("sequence", "BIGINT NOT NULL"),
    ("load_id", "VARCHAR(64) NOT NULL"),
    ("run_key", "VARCHAR(64) NOT NULL"),
    ("kind", "VARCHAR(16) NOT NULL"),
    ("log_uri", "VARCHAR(1024) NOT NULL"),
    ("rows_copied", "BIGINT NOT NULL"),
    ("rows_inserted", "BIGINT NOT NULL"),
    ("rows_replaced", "BIGINT NOT NULL"),
    ("rows_superseded", "BIGINT NOT NULL"),
    ("position", "VARCHAR(1024)"),
    ("max_cursor", "BIGINT"),
    ("target_oid", "BIGINT NOT NULL"),
    ("generation", "INTEGER NOT NULL"),
    ("loaded_at", "TIMESTAMP NOT NULL"),
)


def table_name(ref: TargetRef) -> str:
    """Return ``<schema>__<table>``; where that is too long for Redshift, its start and a digest of the whole."""
    name = f"{ref.schema}__{ref.table}".lower()
    if len(name.encode()) <= NAME_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    start = name.encode()[: NAME_BYTES - 17].decode(errors="ignore")
    return f"{start}_{digest}"


def table(ref: TargetRef) -> str:
    """Return the quoted ledger table."""
    return quoting.redshift_name(ref.ledger_schema, table_name(ref))


def create_schema(ref: TargetRef) -> str:
    """Create the ledgers' schema."""
    return f"CREATE SCHEMA IF NOT EXISTS {quoting.redshift_name(ref.ledger_schema)}"


def create_table(ref: TargetRef) -> str:
    """Create the ledger."""
    columns = ", ".join(f"{quoting.redshift_name(name)} {kind}" for name, kind in COLUMNS)
    return f"CREATE TABLE IF NOT EXISTS {table(ref)} ({columns})"


def lock(ref: TargetRef) -> str:
    """Exclude other loads; must be the transaction's first statement. Readers of the target are not touched."""
    return f"LOCK {table(ref)}"


def select_head(ref: TargetRef) -> str:
    """Select the columns of LedgerHead from the last row."""
    names = ", ".join(
        quoting.redshift_name(n) for n in ("sequence", "log_uri", "max_cursor", "target_oid", "generation")
    )
    return f"SELECT {names} FROM {table(ref)} ORDER BY sequence DESC LIMIT 1"


def select_range(ref: TargetRef, *, after: int, most: int) -> str:
    """Select (sequence, rows_copied, rows_superseded) of the entries above ``after``, in order."""
    return (
        f"SELECT sequence, rows_copied, rows_superseded FROM {table(ref)} WHERE sequence > {quoting.integer(after)} "
        f"ORDER BY sequence LIMIT {quoting.integer(most)}"
    )


def has_load(ref: TargetRef, load_id: str) -> str:
    """Count the rows that one load wrote: asked after a lost reply to COMMIT."""
    return f"SELECT COUNT(*) FROM {table(ref)} WHERE load_id = {quoting.redshift_string(load_id)}"


def select_load(ref: TargetRef, load_id: str) -> str:
    """Select (sequence, copied, inserted, replaced) of the entries that one load applied."""
    return (
        f"SELECT sequence, rows_copied, rows_inserted, rows_replaced FROM {table(ref)} "
        f"WHERE load_id = {quoting.redshift_string(load_id)} ORDER BY sequence"
    )


def insert_row(ref: TargetRef, row: LedgerRow) -> str:
    """Insert one row; the time is Redshift's."""
    values = []
    for name, _ in COLUMNS[:-1]:
        value = getattr(row, name)
        if value is None:
            values.append("NULL")
        else:
            values.append(quoting.integer(value) if isinstance(value, int) else quoting.redshift_string(value))
    names = ", ".join(quoting.redshift_name(name) for name, _ in COLUMNS)
    return f"INSERT INTO {table(ref)} ({names}) VALUES ({', '.join(values)}, GETDATE())"
