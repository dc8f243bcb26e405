"""The ledger of one target table, read and extended through one Redshift session. The twin of the journal."""

from __future__ import annotations

from collections.abc import Iterable

from mysql_redshift.core.ledger import HEAD_COLUMNS, VERSION, AppliedEntry, LedgerHead, LedgerRow, table_name
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.sql import ledger as ledger_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.errors import ConnectionFailed, OutcomeUnknown, SerializationFailure, StateError, TargetError
from mysql_redshift.ports import WarehouseSession


class Ledger:
    """The ledger of ``spec``'s target. Every call queries Redshift; only the existence of the table is remembered."""

    def __init__(self, spec: TableSpec, session: WarehouseSession) -> None:
        self._spec = spec
        self._target = spec.target
        self._session = session
        self._exists = False

    def exists(self) -> bool:
        """Return whether the ledger table exists."""
        if not self._exists:
            name = table_name(self._target)
            self._exists = self._session.describe(self._target.ledger_schema, name) is not None
        return self._exists

    def create(self) -> None:
        """Create the schemas of target and ledger, and the ledger, each unless it exists, in separate transactions.

        A load's transaction cannot do this: its first statement is LOCK.

        Raises:
            ConnectionFailed: also if the reply to a COMMIT was lost: no row depends on it, so a retry settles it.

        """
        try:
            self._create_schema(self._target.schema)
            self._create_schema(self._target.ledger_schema)
            if self.exists():
                self._session.rollback()
            else:
                self._session.execute(ledger_sql.create(self._target))
                self._session.commit()
                self._exists = True
        except OutcomeUnknown as exc:
            raise ConnectionFailed(
                "The connection was lost while the ledger was created",
                where=self._spec.name,
                remedy="A retry continues.",
            ) from exc

    def lock(self) -> None:
        """Exclude other loads until the transaction ends; must be its first statement."""
        self._session.execute(ledger_sql.lock(self._target))
        self._exists = True

    def head(self) -> LedgerHead:
        """Return the head; an empty one if there is no ledger or no row.

        Raises:
            StateError: a newer version of the provider wrote it.

        """
        rows = self._session.query(ledger_sql.select_head(self._target)) if self.exists() else []
        if not rows:
            return LedgerHead()
        row = dict(zip(HEAD_COLUMNS, rows[0], strict=True))
        max_cursor = row["max_cursor"]
        head = LedgerHead(
            version=int(row["version"]),
            sequence=int(row["sequence"]),
            log_uri=str(row["log_uri"]),
            max_cursor=None if max_cursor is None else int(max_cursor),
            target_oid=int(row["target_oid"]),
            generation=int(row["generation"]),
        )
        self._check_version(head)
        return head

    def rows(self, *, after: int, limit: int) -> dict[int, tuple[int, int]]:
        """Return (rows copied, rows superseded) by sequence, of at most ``limit`` entries above ``after``."""
        if not self.exists():
            return {}
        found = self._session.query(ledger_sql.select_rows(self._target, after=after, limit=limit))
        return {int(row[0]): (int(row[1]), int(row[2])) for row in found}

    def load(self, load_id: str) -> list[AppliedEntry]:
        """Return the entries that one load applied; none if it did not commit."""
        found = self._session.query(ledger_sql.select_load(self._target, load_id))
        return [
            AppliedEntry(sequence=int(r[0]), rows_copied=int(r[1]), rows_inserted=int(r[2]), rows_replaced=int(r[3]))
            for r in found
        ]

    def append(self, rows: Iterable[LedgerRow]) -> None:
        """Insert the rows in the open transaction."""
        for row in rows:
            self._session.execute(ledger_sql.insert(self._target, row))

    def _check_version(self, head: LedgerHead) -> None:
        if head.version > VERSION:
            raise StateError(
                "The ledger was written by a newer version of the provider",
                where=f"{self._spec.route}, ledger entry {head.sequence}",
                expected=f"format version {VERSION} or lower",
                found=f"format version {head.version}",
                remedy="Upgrade the provider.",
            )

    def _create_schema(self, name: str) -> None:
        """Create a schema. The first loads of many tables race here; IF NOT EXISTS does not prevent the error."""
        if self._schema_exists(name):
            return
        try:
            self._session.execute(target_sql.create_schema(name))
            self._session.commit()
        except (TargetError, SerializationFailure):
            self._session.rollback()
            if not self._schema_exists(name):
                raise

    def _schema_exists(self, name: str) -> bool:
        found = self._session.query(target_sql.find_schema(name))
        self._session.rollback()
        return bool(found)
