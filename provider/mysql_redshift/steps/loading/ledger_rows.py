"""What a load reads out of the ledger before it begins, and what it writes into it."""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core.ledger import LedgerHead, LedgerRow
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import StateError
from mysql_redshift.steps.loading.groups import AppliedEntry
from mysql_redshift.steps.loading.transaction import LoadContext


def check_log_uri(spec: TableSpec, log_uri: str, before: LedgerHead, *, last: int) -> None:
    """Raise StateError unless the ledger's rows are of the log at ``log_uri``, whose last sequence is ``last``."""
    if before.log_uri not in ("", log_uri):
        raise StateError(
            "Another pipeline loads this target table",
            where=f"{spec.name} -> {spec.target.schema}.{spec.target.table}",
            expected=log_uri,
            found=before.log_uri,
            remedy="Give each pipeline a target table of its own.",
        )
    if before.sequence > last:
        raise StateError(
            "The ledger knows of loads that the log does not hold",
            where=f"{spec.name}, {log_uri}/log",
            expected=f"sequence {before.sequence} or later",
            found=f"sequence {last}",
            remedy="Restore the log's objects from the bucket's versions.",
        )


def ledger_rows(
    context: LoadContext, applied: Sequence[AppliedEntry], entries: Sequence[LogEntry], *, oid: int, generation: int
) -> list[LedgerRow]:
    """Return one row for each entry that was applied; ``oid`` and ``generation`` say to which target."""
    by_sequence = {entry.sequence: entry for entry in entries}
    return [
        LedgerRow(
            sequence=done.sequence,
            load_id=context.load_id,
            run_key=by_sequence[done.sequence].run_key,
            kind=by_sequence[done.sequence].kind.value,
            log_uri=context.store.uri(context.layout.root),
            rows_copied=done.rows_copied,
            rows_inserted=done.rows_inserted,
            rows_replaced=done.rows_replaced,
            rows_superseded=done.rows_superseded,
            position=done.position,
            max_cursor=done.max_cursor,
            target_oid=oid,
            generation=generation,
        )
        for done in applied
    ]
