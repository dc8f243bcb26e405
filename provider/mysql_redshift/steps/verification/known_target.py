"""What every verification reads first: are ledger and target those that were loaded? Counts no row."""

from __future__ import annotations

from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import DataCheckFailed
from mysql_redshift.ports import TargetTable, WarehouseSession
from mysql_redshift.steps.loading.ledger_rows import check_owner
from mysql_redshift.steps.state.ledger import Ledger
from mysql_redshift.steps.state.watermark_cache import WatermarkState
from mysql_redshift.steps.target.identity import oid_of, require_same_table


def known_loaded(cache: WatermarkState, head: LogEntry | None) -> int:
    """Return the last log entry that is known to be loaded; 0 if the cache belongs to another log."""
    return cache.log_loaded if head is not None and cache.log_loaded <= head.sequence else 0


def read_known_target(
    spec: TableSpec, session: WarehouseSession, *, log_uri: str, loaded: int, adopting: int = 0
) -> tuple[LedgerHead, TargetTable | None]:
    """Return the ledger head and the target. None: no load has created the target yet.

    ``loaded`` is the last log entry that is known to be loaded. The ledger may hold later ones, of another run.
    ``adopting`` is the OID of a table that an operator wants to adopt; ledger and target may then be restored ones.

    Raises:
        DataCheckFailed: the ledger lacks that entry, or the target was dropped or created again since the last load.
        StateError: the ledger belongs to another log.

    """
    head = Ledger(spec, session).head()
    check_owner(spec, log_uri, head)
    table = session.describe(spec.target.schema, spec.target.table)
    if adopting and oid_of(table) == adopting:
        return head, table
    if head.sequence < loaded:
        raise _lost_loads(spec, head, loaded)
    require_same_table(spec, head, table, error=DataCheckFailed)
    return head, table


def _lost_loads(spec: TableSpec, head: LedgerHead, loaded: int) -> DataCheckFailed:
    remedy = "Check the connection. If the target really is new, or its ledger is lost, run with full_refresh: true."
    if head.sequence:
        remedy = (
            "If target and ledger were restored together, run with mode redshift-only: it loads the later entries "
            "again. Otherwise run with full_refresh: true."
        )
    return DataCheckFailed(
        "Loads that are known are not in the ledger: it was dropped, emptied or restored",
        where=spec.route,
        expected=f"loads up to log entry {loaded}",
        found=f"loads up to log entry {head.sequence}" if head.sequence else "an empty ledger",
        remedy=remedy,
    )
