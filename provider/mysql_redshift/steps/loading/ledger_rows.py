"""What a load reads from the ledger before it starts, and the rows it adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mysql_redshift.core.ledger import AppliedEntry, LedgerHead, LedgerRow
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import StateError


def check_log(spec: TableSpec, log_uri: str, head: LedgerHead, *, last: int) -> None:
    """Check that the ledger belongs to the log at ``log_uri``, whose last sequence is ``last``.

    Raises:
        StateError: another log loads this target, or the log lacks entries that the ledger holds.

    """
    check_owner(spec, log_uri, head)
    if head.sequence > last:
        raise StateError(
            "The ledger holds loads that the log does not",
            where=f"{spec.name}, {log_uri}/log",
            expected=f"sequence {head.sequence} or higher",
            found=f"sequence {last}",
            remedy="Restore the log's objects from the bucket's versions.",
        )


def check_owner(spec: TableSpec, log_uri: str, head: LedgerHead) -> None:
    """Raise StateError if another log than the one at ``log_uri`` loads this target."""
    if head.log_uri not in ("", log_uri):
        raise StateError(
            "This target table belongs to another log",
            where=spec.route,
            expected=log_uri,
            found=head.log_uri,
            remedy="If environment, pipeline, bucket or prefix changed by mistake, set it back. If another pipeline "
            "loads this table, give each a target of its own.",
        )


def ledger_rows(
    applied: Iterable[AppliedEntry],
    entries: Sequence[LogEntry],
    *,
    load_id: str,
    log_uri: str,
    target_oid: int,
    generation: int,
) -> list[LedgerRow]:
    """Return one row per applied entry."""
    by_sequence = {entry.sequence: entry for entry in entries}
    return [
        LedgerRow(
            sequence=done.sequence,
            load_id=load_id,
            run_key=by_sequence[done.sequence].run_key,
            kind=by_sequence[done.sequence].kind.value,
            log_uri=log_uri,
            rows_copied=done.rows_copied,
            rows_inserted=done.rows_inserted,
            rows_replaced=done.rows_replaced,
            rows_superseded=done.rows_superseded,
            position=done.position,
            max_cursor=done.max_cursor,
            target_oid=target_oid,
            generation=generation,
        )
        for done in applied
    ]
