"""Run statements in one Redshift session over a connection of redshift_connector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mysql_redshift.adapters.redshift import catalogue, privileges
from mysql_redshift.adapters.redshift.errors import server_fields, translated
from mysql_redshift.core.spec import TargetRef
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, OutcomeUnknown, TargetError
from mysql_redshift.ports import MissingPrivileges, TargetTable

# Published files stay as they are: a correction at the source, or a policy, takes effect with the next read.
BAD_VALUE = (
    "Correct the named column at the source, or declare a policy for it; then run with full_refresh: true, which "
    "supersedes the files."
)
OTHER = "Correct what Redshift's message names. A later load copies the same files again."


class RedshiftSession:
    """One session. The first statement opens a transaction. An instance must be used by one thread only."""

    def __init__(self, connection: Any, where: str) -> None:
        self._connection = connection
        self._where = where
        self._failure: MysqlRedshiftError | None = None

    def execute(self, sql: str) -> int:
        """Run a statement; return the number of affected rows, -1 if Redshift does not report it."""
        with self._statement(sql), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.rowcount)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        with self._statement(sql), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def alone(self, sql: str) -> None:
        """Run a statement outside a transaction block.

        Raises:
            TargetError: a transaction is open, or Redshift refused the statement.

        """
        if self._connection.in_transaction:
            raise TargetError(
                "This statement cannot run inside a transaction, but one is open",
                where=f"{self._where}, statement: {sql}",
                remedy="Commit or roll back first.",
            )
        with translated(self._where, sql):
            self._connection.autocommit = True
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(sql)
            finally:
                self._connection.autocommit = False

    def copy(self, sql: str) -> int:
        """Run a COPY; return pg_last_copy_count(), because Redshift's command tag has no count.

        Raises:
            TargetError: the COPY failed and was rolled back; ``found`` has the full text of Redshift's load errors.

        """
        ((pid, since),) = self.query("SELECT pg_backend_pid(), TO_CHAR(GETDATE(), 'YYYY-MM-DD HH24:MI:SS')")
        try:
            self.execute(sql)
        except TargetError as exc:
            self.rollback()
            errors = self._load_errors(int(pid), str(since))
            raise TargetError(
                "COPY failed; nothing was loaded",
                where=exc.where,
                found="\n".join([str(exc.found), *errors]),
                remedy=BAD_VALUE if errors else OTHER,
            ) from exc
        return int(self.query("SELECT pg_last_copy_count()")[0][0])

    def describe(self, schema: str, table: str) -> TargetTable | None:
        """Read the table's definition; return None if it does not exist."""
        return catalogue.describe(self, schema, table)

    def missing_privileges(self, ref: TargetRef) -> MissingPrivileges:
        """Return what a load of this target needs and the user lacks."""
        return privileges.missing_privileges(self, ref)

    def commit(self) -> None:
        """Commit.

        The server answers COMMIT of a failed transaction with ROLLBACK and no error, so that COMMIT is never sent.

        Raises:
            TargetError: a statement of the transaction failed.
            OutcomeUnknown: the reply was lost; the transaction may or may not be committed.

        """
        if self._failure is not None:
            raise TargetError(
                "A transaction in which a statement failed cannot be committed",
                where=self._where,
                found=self._failure.what,
                remedy="Roll back.",
            ) from self._failure
        try:
            with translated(self._where, "COMMIT"):
                self._connection.commit()
        except MysqlRedshiftError as exc:
            if server_fields(exc.__cause__) and not isinstance(exc, ConnectionFailed):
                raise
            raise OutcomeUnknown(
                "Redshift's reply to COMMIT was lost",
                where=self._where,
                found=exc.found,
                remedy="Read the ledger before anything else: it shows whether the transaction was committed.",
            ) from exc

    def rollback(self) -> None:
        """Roll back; do nothing if the connection is lost, because the server then rolls back itself."""
        self._failure = None
        try:
            with translated(self._where, "ROLLBACK"):
                self._connection.rollback()
        except ConnectionFailed:
            return

    @contextmanager
    def _statement(self, sql: str) -> Iterator[None]:
        try:
            with translated(self._where, sql):
                yield
        except MysqlRedshiftError as exc:
            self._failure = exc
            raise

    def _load_errors(self, pid: int, since: str) -> list[str]:
        """Return the load errors, or none if they cannot be read: the COPY's own error must still be raised."""
        try:
            return catalogue.load_errors(self, pid, since)
        except MysqlRedshiftError:
            return []
        finally:
            self.rollback()
