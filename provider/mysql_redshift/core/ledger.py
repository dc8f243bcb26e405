"""The ledger: which log entries a target table holds. A load writes it in the transaction that moves the rows.

``docs/protocol.md`` specifies the table.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mysql_redshift.core.spec import TargetRef

VERSION = 1  # of the ledger's format; docs/protocol.md has the upgrade rule
NAME_BYTES = 127
UNBOUNDED = 10**20 - 1  # max_cursor after a full read, which has no upper bound; above every 64-bit value


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One applied log entry.

    ``max_cursor``: the target may hold rows with a lower cursor only, since no entry up to this one has read others.
    UNBOUNDED after a full read; None if nothing was read.
    """

    version: int = VERSION
    sequence: int
    load_id: str
    run_key: str
    kind: str
    log_uri: str  # a ledger that another log has written to is refused
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
    """The columns of the ledger's last row from which a load decides; all zero if the ledger is empty."""

    version: int = VERSION
    sequence: int = 0
    log_uri: str = ""
    max_cursor: int | None = None
    target_oid: int = 0
    generation: int = 0


@dataclass(frozen=True, kw_only=True)
class AppliedEntry:
    """What a load did with one log entry. ``rows_replaced`` and ``rows_superseded`` of a group are at its last entry.

    Over a load, copied = inserted + replaced + superseded. An entry before a full one is not copied: all its rows are
    superseded.
    """

    sequence: int
    rows_copied: int = 0
    rows_inserted: int = 0
    rows_replaced: int = 0
    rows_superseded: int = 0
    rows_deleted: int = 0
    position: str = ""
    max_cursor: int | None = None


COLUMNS = (
    ("version", "INTEGER NOT NULL"),
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
    ("max_cursor", "DECIMAL(20,0)"),
    ("target_oid", "BIGINT NOT NULL"),
    ("generation", "INTEGER NOT NULL"),
    ("loaded_at", "TIMESTAMP NOT NULL"),
)
HEAD_COLUMNS = ("version", "sequence", "log_uri", "max_cursor", "target_oid", "generation")


def table_name(ref: TargetRef) -> str:
    """Return ``<schema>__<table>``; if that is too long for Redshift, its beginning and a digest of the whole name."""
    name = f"{ref.schema}__{ref.table}".lower()
    if len(name.encode()) <= NAME_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    start = name.encode()[: NAME_BYTES - 17].decode(errors="ignore")
    return f"{start}_{digest}"
