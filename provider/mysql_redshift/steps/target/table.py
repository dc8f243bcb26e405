"""The target table and its ledger: made where missing, and proven to be the ones that are known."""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core import ledger, quoting
from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.sql import merge as merge_sql
from mysql_redshift.core.target_schema import TargetChanges
from mysql_redshift.core.types.column import TableSchema
from mysql_redshift.errors import ConnectionFailed, OutcomeUnknown, TargetError
from mysql_redshift.ports import WarehouseSession
from mysql_redshift.steps.loading.groups import AppliedEntry
from mysql_redshift.steps.planning.preflight import target_changes
from mysql_redshift.steps.state.watermark_cache import WatermarkState
from mysql_redshift.steps.target.rebuild import rebuild

MOST_ROWS = 1000  # ledger rows read at a time


class TargetTooNarrow(TargetError):
    """An entry needs wider columns than the target has; they are widened outside the transaction."""

    def __init__(self, spec: TableSpec, schema: TableSchema, changes: TargetChanges) -> None:
        """Keep the schema whose columns did not fit."""
        super().__init__(
            "Columns must be widened before this load",
            where=f"{spec.name} -> {spec.target.schema}.{spec.target.table}",
            expected=", ".join(f"{c.target} {c.redshift_type}" for c in changes.widen),
            remedy="Widen them by hand, outside a transaction.",
        )
        self.schema = schema
        self.first = 0  # the entry that needs them, where others of its batch come before it


def ensure_ledger(spec: TableSpec, session: WarehouseSession) -> None:
    """Create the ledger and both schemas before the load's own transaction, whose first statement is LOCK.

    Raises:
        ConnectionFailed: also where the reply to a COMMIT was lost: no row depends on it, so nobody has to be asked.

    """
    try:
        _ensure_schema(session, spec.target.schema, merge_sql.create_schema(spec.target))
        _ensure_schema(session, spec.target.ledger_schema, ledger.create_schema(spec.target))
        if session.describe(spec.target.ledger_schema, ledger.table_name(spec.target)) is None:
            session.execute(ledger.create_table(spec.target))
            session.commit()
        else:
            session.rollback()
    except OutcomeUnknown as exc:
        raise ConnectionFailed(
            "The connection was lost while the ledger was being made", where=spec.name, remedy="A retry goes on."
        ) from exc


def _ensure_schema(session: WarehouseSession, name: str, create: str) -> None:
    """Create a schema. The first loads of many tables meet here: IF NOT EXISTS does not save the slower of two."""
    if _schema_exists(session, name):
        return
    try:
        session.execute(create)
        session.commit()
    except TargetError:
        session.rollback()
        if not _schema_exists(session, name):
            raise


def _schema_exists(session: WarehouseSession, name: str) -> bool:
    found = session.query(f"SELECT 1 FROM pg_namespace WHERE nspname = {quoting.redshift_string(name.lower())}")
    session.rollback()
    return bool(found)


def read_ledger_head(spec: TableSpec, session: WarehouseSession) -> LedgerHead:
    """Return the last row's decisive columns; an empty head where there is none."""
    rows = session.query(ledger.select_head(spec.target))
    if not rows:
        return LedgerHead()
    sequence, log_uri, max_cursor, oid, generation = rows[0]
    return LedgerHead(
        sequence=int(sequence),
        log_uri=str(log_uri),
        max_cursor=None if max_cursor is None else int(max_cursor),
        target_oid=int(oid),
        generation=int(generation),
    )


def read_applied(spec: TableSpec, session: WarehouseSession, load_id: str) -> list[AppliedEntry]:
    """Return what one load wrote into the ledger."""
    rows = session.query(ledger.select_load(spec.target, load_id))
    return [
        AppliedEntry(sequence=int(r[0]), rows_copied=int(r[1]), rows_inserted=int(r[2]), rows_replaced=int(r[3]))
        for r in rows
    ]


def check_identity(
    spec: TableSpec,
    session: WarehouseSession,
    head: LedgerHead,
    cache: WatermarkState,
    entries: Sequence[LogEntry],
    *,
    full: bool,
) -> tuple[int, int]:
    """Return the target's OID (0: to be made) and the ledger's generation.

    A full entry among those to load rebuilds everything, so it may begin a new generation.

    Raises:
        TargetError: the target was dropped, recreated, or is on another cluster, and history would be missing.

    """
    table = session.describe(spec.target.schema, spec.target.table)
    oid = table.oid if table is not None else 0
    where = f"{spec.name} -> {spec.target.schema}.{spec.target.table}"
    if full or not entries:
        return oid, head.generation + (1 if head.target_oid not in (0, oid) else 0)
    if head.sequence == 0 and cache.log_loaded > 0:
        raise TargetError(
            "The ledger is empty although loads are known: another cluster, or the ledger was dropped",
            where=where,
            expected=f"loads up to log entry {cache.log_loaded}",
            found="an empty ledger",
            remedy="Check the connection. If the target really is new, run with full_refresh: true.",
        )
    if head.sequence == 0 and oid and any(e.load is LoadMode.APPEND and e.files for e in entries):
        _refuse_unknown_rows(spec, session, where)
    if head.target_oid not in (0, oid):
        raise TargetError(
            "The target table is not the one that was loaded: it was dropped, or dropped and made again",
            where=where,
            expected=f"table with OID {head.target_oid}",
            found=f"OID {oid}" if oid else "no such table",
            remedy="Its history is gone. Run with full_refresh: true to load every row anew.",
        )
    return oid, head.generation


def _refuse_unknown_rows(spec: TableSpec, session: WarehouseSession, where: str) -> None:
    """Rows appended to rows that no ledger knows might be there already: nothing would tell."""
    rows = int(session.query(merge_sql.count_target(spec.target))[0][0])
    if rows:
        raise TargetError(
            "The target holds rows that its ledger does not know, and appending could double them",
            where=where,
            expected="an empty target where the ledger is empty",
            found=f"{rows} rows",
            remedy="Restore the ledger with the target; or run with full_refresh: true to load every row anew.",
        )


def prepare(
    spec: TableSpec, schema: TableSchema, session: WarehouseSession, load_id: str, *, keep_rows: bool = True
) -> None:
    """Create the target, rebuild it, or add its missing columns, inside the load's transaction.

    ``keep_rows=False`` says that this load deletes every row anyway: a rebuild leaves them behind.

    Raises:
        TargetTooNarrow: nothing is done yet; ``widen`` comes first.

    """
    table = session.describe(spec.target.schema, spec.target.table)
    if table is None:
        session.execute(merge_sql.create_target(spec.target, schema, spec.layout))
        return
    changes = target_changes(spec, schema, table, session)
    if changes.widen:
        raise TargetTooNarrow(spec, schema, changes)
    if changes.rebuild:
        rebuild(spec, schema, changes.rebuild, table, session, load_id, keep_rows=keep_rows)
    for column in changes.add:
        session.execute(merge_sql.add_column(spec.target, column))


def widen(spec: TableSpec, schema: TableSchema, session: WarehouseSession) -> bool:
    """Widen columns between two transactions: Redshift refuses it inside one. Each statement may be repeated.

    Return whether there was any: columns that the same load would first have made are not there yet.
    """
    table = session.describe(spec.target.schema, spec.target.table)
    changes = target_changes(spec, schema, table, session)
    session.rollback()
    for column in changes.widen:
        session.alone(merge_sql.widen_column(spec.target, column))
    return bool(changes.widen)


def oid_after(spec: TableSpec, session: WarehouseSession) -> int:
    """Return the target's OID at the end of the load; 0 where there still is no target."""
    table = session.describe(spec.target.schema, spec.target.table)
    return table.oid if table is not None else 0
