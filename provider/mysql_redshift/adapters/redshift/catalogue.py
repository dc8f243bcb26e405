"""What Redshift's catalogue is asked. Only views that an ordinary user may read decide anything."""

from __future__ import annotations

from typing import Any, Protocol

from mysql_redshift.core import quoting
from mysql_redshift.errors import AccessDenied, TargetError
from mysql_redshift.ports import TargetColumn, TargetTable

MOST_ERRORS = 5
LOAD_ERROR_VIEWS = (
    """SELECT column_name, column_type, error_message, file_name FROM sys_load_error_detail
    WHERE session_id = {pid} ORDER BY start_time DESC LIMIT {most}""",
    """SELECT colname, type, err_reason, filename FROM stl_load_errors
    WHERE session = {pid} ORDER BY starttime DESC LIMIT {most}""",
)


# Who else works under our label. Redshift's pg_stat_activity does not know application_name; its system views know the
# query group that each session of ours sets. The session's start is compared because process ids are used again.
PREDECESSORS = (
    """SELECT DISTINCT q.session_id FROM sys_query_history q JOIN sys_session_history s ON s.session_id = q.session_id
    WHERE TRIM(q.query_label) = {label} AND TRIM(s.status) = 'active' AND q.start_time >= s.start_time
    AND q.session_id <> {pid}""",
    "SELECT pid FROM pg_stat_activity WHERE application_name = {label} AND pid <> {pid}",
)


class Queries(Protocol):
    """A session that answers small queries."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a small result whole."""
        ...

    def rollback(self) -> None:
        """Leave a failed transaction."""
        ...


def describe(session: Queries, schema: str, table: str) -> TargetTable | None:
    """Return OID and columns in their order; None where there is no such table. Names fold to lower case."""
    where = f"n.nspname = {_name(schema)} AND c.relname = {_name(table)} AND c.relkind = 'r'"
    rows = session.query(
        "SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
        f"WHERE {where} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )
    if not rows:
        return None
    columns = tuple(TargetColumn(name=str(r[1]), type=str(r[2]), nullable=not r[3]) for r in rows)
    return TargetTable(oid=int(rows[0][0]), columns=columns)


def missing_privileges(session: Queries, schema: str, table: str, ledger_schema: str) -> list[str]:
    """Say what a load would need and the user may not do: nothing is tried, only asked."""
    existing = describe(session, schema, table) is not None
    found: list[str] = []
    for name in dict.fromkeys((schema, ledger_schema)):
        found.extend(_missing_on_schema(session, name, creates=name == ledger_schema or not existing))
    if existing and not found:
        full = quoting.redshift_string(quoting.redshift_name(schema.lower(), table.lower()))
        found.extend(
            f"no {right} on table {schema}.{table}"
            for right in ("SELECT", "INSERT", "DELETE")
            if not _may(session, f"has_table_privilege(current_user, {full}, '{right}')")
        )
    return found


def _missing_on_schema(session: Queries, name: str, *, creates: bool) -> list[str]:
    if not session.query(f"SELECT 1 FROM pg_namespace WHERE nspname = {_name(name)}"):
        if _may(session, "has_database_privilege(current_user, current_database(), 'CREATE')"):
            return []
        return [f"schema {name} does not exist, and no CREATE on the database"]
    rights = ("USAGE", "CREATE") if creates else ("USAGE",)
    return [
        f"no {right} on schema {name}"
        for right in rights
        if not _may(session, f"has_schema_privilege(current_user, {_name(name)}, '{right}')")
    ]


def load_errors(session: Queries, pid: int) -> list[str]:
    """Return the full text of a failed COPY's errors; Redshift's own message is cut off mid-word.

    Serverless has sys_load_error_detail only; on provisioned clusters an ordinary user may be denied either view. A
    diagnosis never fails a load that has failed already.
    """
    for view in LOAD_ERROR_VIEWS:
        sql = view.format(pid=quoting.integer(pid), most=MOST_ERRORS)
        try:
            rows = session.query(sql)
        except (TargetError, AccessDenied):
            session.rollback()
            continue
        if rows:
            return [f"column {_text(r[0])} ({_text(r[1])}), file {_text(r[3])}: {_text(r[2])}" for r in rows]
    return []


def predecessors(session: Queries, label: str) -> set[int]:
    """Return the processes of other sessions under ``label``. A view that is missing or denied says nothing."""
    pid = int(session.query("SELECT pg_backend_pid()")[0][0])
    found: set[int] = set()
    for view in PREDECESSORS:
        sql = view.format(label=quoting.redshift_string(label), pid=quoting.integer(pid))
        try:
            found.update(int(row[0]) for row in session.query(sql))
        except (TargetError, AccessDenied):
            session.rollback()
    return found


def _may(session: Queries, condition: str) -> bool:
    return bool(session.query(f"SELECT {condition}")[0][0])


def _name(name: str) -> str:
    return quoting.redshift_string(name.lower())


def _text(value: object) -> str:
    return str(value).strip()
