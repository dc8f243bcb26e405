"""One Redshift session over a DB-API connection of redshift_connector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mysql_redshift.adapters.redshift import catalogue
from mysql_redshift.adapters.redshift.errors import server_fields, translated
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, OutcomeUnknown, TargetError
from mysql_redshift.ports import TargetTable


class RedshiftSession:
    """Statements run in a transaction that the first of them opens. Belongs to one thread."""

    def __init__(self, connection: Any, where: str) -> None:
        self._connection = connection
        self._where = where
        self._failure: MysqlRedshiftError | None = None

    def execute(self, sql: str) -> int:
        """Run a statement; return the rows it touched, -1 where Redshift does not say."""
        with self._statement(sql), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.rowcount)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole."""
        with self._statement(sql), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def alone(self, sql: str) -> None:
        """Run a statement outside any transaction block."""
        if self._connection.in_transaction:
            raise TargetError(
                "This statement cannot run inside a transaction, and one is open",
                where=f"{self._where}, statement: {sql}",
                remedy="Commit or roll back before it.",
            )
        with translated(self._where, sql):
            self._connection.autocommit = True
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(sql)
            finally:
                self._connection.autocommit = False

    def copy(self, sql: str) -> int:
        """Run a COPY and return what pg_last_copy_count() says: Redshift's own tag holds no count."""
        pid = int(self.query("SELECT pg_backend_pid()")[0][0])
        try:
            self.execute(sql)
        except TargetError as exc:
            self.rollback()
            raise TargetError(
                "COPY failed; nothing was loaded",
                where=exc.where,
                found="\n".join([str(exc.found), *self._load_errors(pid)]),
                remedy="Correct the column that is named, or the file's type policy, and run again.",
            ) from exc
        return int(self.query("SELECT pg_last_copy_count()")[0][0])

    def describe(self, schema: str, table: str) -> TargetTable | None:
        """Read the catalogue; None where the table does not exist."""
        return catalogue.describe(self, schema, table)

    def missing_privileges(self, schema: str, table: str, ledger_schema: str) -> list[str]:
        """Say, a sentence each, what a load would need and the user may not do."""
        return catalogue.missing_privileges(self, schema, table, ledger_schema)

    def commit(self) -> None:
        """Commit. Where the reply does not come, nobody knows: OutcomeUnknown.

        The server answers COMMIT of a failed transaction with ROLLBACK and no error; so it is not even asked.
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
                remedy="The ledger is asked before anything else is done.",
            ) from exc

    def rollback(self) -> None:
        """Roll back; silent where the connection is gone, since the server then has rolled back already."""
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

    def _load_errors(self, pid: int) -> list[str]:
        """A diagnosis never hides the failure it explains."""
        try:
            return catalogue.load_errors(self, pid)
        except MysqlRedshiftError:
            return []
        finally:
            self.rollback()
