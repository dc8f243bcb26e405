"""Is the target table the one that its ledger describes?"""

from __future__ import annotations

from collections.abc import Iterable

from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import Adoption, LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import TargetError, TerminalError
from mysql_redshift.ports import TargetTable

LOST = "Its rows are lost. Restore the table, or run with full_refresh: true to load every row again."
REPLACED = (
    "If a restore, resize or migration gave it this OID, run watermark adopt, which compares counts and keys with the "
    "source. Otherwise run with full_refresh: true to load every row again."
)


def oid_of(table: TargetTable | None) -> int:
    """Return the table's OID; 0 if it does not exist."""
    return table.oid if table is not None else 0


def is_other_table(head: LedgerHead, table: TargetTable | None) -> bool:
    """Return whether ``table`` is not the one that was loaded; a ledger without a target knows no other."""
    return head.target_oid not in (0, oid_of(table))


def is_adopted(head: LedgerHead, table: TargetTable | None, entries: Iterable[LogEntry]) -> bool:
    """Return whether one of the entries accepts ``table`` as the target at this ledger head."""
    wanted = Adoption(target_oid=oid_of(table), ledger_head=head.sequence)
    return table is not None and any(entry.adopted == wanted for entry in entries)


def require_same_table(
    spec: TableSpec, head: LedgerHead, table: TargetTable | None, *, error: type[TerminalError] = TargetError
) -> None:
    """Raise ``error`` if the target was dropped, or dropped and created again, since the last load."""
    if is_other_table(head, table):
        raise error(
            "The target table is not the one that was loaded: it was dropped, or dropped and created again",
            where=spec.route,
            expected=f"table with OID {head.target_oid}",
            found=f"OID {oid_of(table)}" if table is not None else "no such table",
            remedy=REPLACED if table is not None else LOST,
        )
