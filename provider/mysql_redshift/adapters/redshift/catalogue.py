"""Query Redshift's catalogue. Decisions depend only on views that an ordinary user may read."""

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
# Reported: for Parquet files the views above can be empty. This one has the full text, on provisioned clusters only.
SCAN_LOG = """SELECT DISTINCT message FROM svl_s3log WHERE pid = {pid} AND eventtime >= {since} LIMIT {most}"""


# Other sessions with our label. Redshift's pg_stat_activity has no application_name, but its system views have the
# query group, which each of our sessions sets. Process ids are reused, so a query must be younger than its session.
PREDECESSORS = (
    """SELECT DISTINCT q.session_id FROM sys_query_history q JOIN sys_session_history s ON s.session_id = q.session_id
    WHERE TRIM(q.query_label) = {group} AND TRIM(s.status) = 'active' AND q.start_time >= s.start_time
    AND q.session_id <> {pid}""",
    "SELECT pid FROM pg_stat_activity WHERE application_name = {label} AND pid <> {pid}",
)


class Queries(Protocol):
    """A session that runs small queries."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small result."""
        ...

    def rollback(self) -> None:
        """Roll a failed transaction back."""
        ...


def describe(session: Queries, schema: str, table: str) -> TargetTable | None:
    """Return the table's OID and its columns in order, or None if it does not exist. Names fold to lower case.

    Raises:
        TargetError: only a table whose name differs in case exists; a second one beside it would be a surprise.

    """
    where = f"n.nspname = {_literal(schema)} AND c.relname = {_literal(table)} AND c.relkind = 'r'"
    rows = session.query(
        "SELECT c.oid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
        f"WHERE {where} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )
    if not rows:
        _refuse_other_case(session, schema, table)
        return None
    columns = tuple(TargetColumn(name=str(r[1]), type=str(r[2]), nullable=not r[3]) for r in rows)
    return TargetTable(oid=int(rows[0][0]), columns=columns)


def _refuse_other_case(session: Queries, schema: str, table: str) -> None:
    found = session.query(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE LOWER(n.nspname) = {_literal(schema)} AND LOWER(c.relname) = {_literal(table)} AND c.relkind = 'r'"
    )
    if found:
        raise TargetError(
            "The target's name has upper-case letters: it was created with enable_case_sensitive_identifier on",
            where=f"{schema}.{table}",
            expected=f"{schema.lower()}.{table.lower()}, or no table",
            found=", ".join(".".join(map(str, row)) for row in found),
            remedy="Rename the table, and its schema, to lower case; or set another target_table or target.schema.",
        )


def load_errors(session: Queries, pid: int, since: str) -> list[str]:
    """Return the full text of a failed COPY's errors; Redshift truncates its error message.

    ``since`` is the server's time before the COPY. Serverless only has sys_load_error_detail; provisioned clusters may
    deny an ordinary user all of these views. An unreadable view is skipped: the load has already failed, and its own
    error matters more.
    """
    names = {"pid": quoting.integer(pid), "since": quoting.redshift_string(since), "most": quoting.integer(MOST_ERRORS)}
    found: list[str] = []
    for view in LOAD_ERROR_VIEWS:
        rows = [row for row in rows_if_readable(session, view.format(**names)) or () if _text(row[2])]
        found += [f"column {_text(r[0])} ({_text(r[1])}), file {_text(r[3])}: {_text(r[2])}" for r in rows]
        if found:
            break
    logged = [_text(message) for (message,) in rows_if_readable(session, SCAN_LOG.format(**names)) or ()]
    return found + [f"svl_s3log: {text}" for text in logged if text and not any(text in known for known in found)]


def rows_if_readable(session: Queries, sql: str) -> list[tuple[Any, ...]] | None:
    """Return the rows of a query; None if its view is missing or denied, and then the transaction is rolled back."""
    try:
        return session.query(sql)
    except (TargetError, AccessDenied):
        session.rollback()
        return None


def predecessors(session: Queries, label: str, group: str) -> set[int]:
    """Return the process ids of other sessions with this label, whose query group is ``group``.

    A missing or denied view is skipped.
    """
    pid = int(session.query("SELECT pg_backend_pid()")[0][0])
    found: set[int] = set()
    for view in PREDECESSORS:
        names = {"label": quoting.redshift_string(label), "group": quoting.redshift_string(group)}
        sql = view.format(pid=quoting.integer(pid), **names)
        found.update(int(row[0]) for row in rows_if_readable(session, sql) or ())
    return found


def _literal(name: str) -> str:
    return quoting.redshift_string(name.lower())


def _text(value: object) -> str:
    return str(value).strip()
