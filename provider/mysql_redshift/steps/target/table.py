"""The target table inside a load transaction: created, widened or rebuilt, and checked to be the known one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mysql_redshift.core.declared_key import declared_key
from mysql_redshift.core.ledger import LedgerHead
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.spec import LoadMode, TableSpec
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import TargetError
from mysql_redshift.ports import TargetTable, WarehouseSession
from mysql_redshift.steps.target.changes import target_changes
from mysql_redshift.steps.target.identity import is_adopted, is_other_table, oid_of, require_same_table
from mysql_redshift.steps.target.rebuild import rebuild


class Target:
    """The target of one transaction. Its catalogue is read once, and again only after this transaction changed it."""

    def __init__(self, spec: TableSpec, session: WarehouseSession) -> None:
        self._spec = spec
        self._ref = spec.target
        self._session = session
        self._table = self._describe()

    @property
    def table(self) -> TargetTable | None:
        """The catalogue's description; None if the table does not exist."""
        return self._table

    @property
    def oid(self) -> int:
        """The table's OID; 0 if it does not exist."""
        return oid_of(self._table)

    def check_identity(
        self, head: LedgerHead, entries: Sequence[LogEntry], *, known_loaded: int, pending: Iterable[LogEntry] = ()
    ) -> int:
        """Return the ledger's generation for this load.

        ``known_loaded`` is the last log entry that is known to be loaded. A full entry replaces everything, so it may
        start a new generation on another table. Any of the ``pending`` entries may adopt another table; they are read
        only if the target is one.

        Raises:
            TargetError: the target was dropped, recreated, or is on another cluster, so older rows would be missing.

        """
        if any(entry.full for entry in entries):
            return head.generation + (1 if is_other_table(head, self._table) else 0)
        if head.sequence == 0 and known_loaded > 0:
            raise self._lost_ledger(known_loaded)
        if self.oid and head.target_oid == 0:
            self._refuse_unknown_rows(entries)
        if is_other_table(head, self._table) and not is_adopted(head, self._table, pending):
            require_same_table(self._spec, head, self._table)
        return head.generation

    def prepare(self, schema: TableSchema, load_id: str, load: LoadMode | None, *, keep_rows: bool = True) -> None:
        """Create the target, rebuild it, or add its missing columns, inside the load's transaction.

        ``load`` is the table's mode, which decides with the key's columns whether a new table declares its key.
        ``keep_rows=False``: this load deletes every row anyway, so a rebuild copies none.

        Raises:
            TargetError: a column does not fit.
            DataCheckFailed: a rebuild would change values.

        """
        if self._table is None:
            self.create(schema, load)
            return
        changes = target_changes(self._spec, schema, self._table, self._session)
        if changes.widen:
            raise still_too_narrow(self._spec, changes.widen)
        if changes.rebuild:
            key = declared_key(self._spec.layout, schema, load)
            rebuild(self._spec, schema, changes.rebuild, self._table, self._session, load_id, key, keep_rows=keep_rows)
        for column in changes.add:
            self._session.execute(target_sql.add_column(self._ref, column))
        if changes.rebuild or changes.add:
            self._table = self._describe()

    def create(self, schema: TableSchema, load: LoadMode | None) -> None:
        """Create the target, which does not exist, inside the load's transaction."""
        key = declared_key(self._spec.layout, schema, load)
        self._session.execute(target_sql.create(self._ref, schema, self._spec.layout, key))
        self._table = self._describe()

    def _describe(self) -> TargetTable | None:
        return self._session.describe(self._ref.schema, self._ref.table)

    def _lost_ledger(self, known_loaded: int) -> TargetError:
        return TargetError(
            "The ledger is empty although loads are known: another cluster, or the ledger was dropped",
            where=self._spec.route,
            expected=f"loads up to log entry {known_loaded}",
            found="an empty ledger",
            remedy="Check the connection. If the target really is new, run with full_refresh: true.",
        )

    def _refuse_unknown_rows(self, entries: Sequence[LogEntry]) -> None:
        """Appending to rows that no ledger knows could create duplicates, and no check would find them."""
        if not any(entry.load is LoadMode.APPEND and entry.files for entry in entries):
            return
        rows = int(self._session.query(target_sql.count(self._ref))[0][0])
        if rows:
            raise TargetError(
                "The target holds rows that its ledger does not know, and appending could duplicate them",
                where=self._spec.route,
                expected="an empty target, because no load has written it",
                found=f"{rows} rows",
                remedy="Restore the ledger with the target; or run with full_refresh: true to load every row again.",
            )


def widen(spec: TableSpec, columns: Iterable[Column], session: WarehouseSession) -> None:
    """Widen columns between two transactions, as Redshift demands. Each statement can be repeated."""
    for column in columns:
        session.alone(target_sql.widen_column(spec.target, column))


def still_too_narrow(spec: TableSpec, columns: Iterable[Column]) -> TargetError:
    """Return the error for columns that an ALTER did not widen."""
    return TargetError(
        "Columns of the target are too narrow, and widening them had no effect",
        where=spec.route,
        expected=", ".join(f"{column.target} {column.redshift_type}" for column in columns),
        remedy="Widen them by hand, outside a transaction.",
    )
