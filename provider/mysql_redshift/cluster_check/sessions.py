"""What Redshift does with several sessions of one user."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mysql_redshift.cluster_check.assumption import Assumption
from mysql_redshift.cluster_check.scratch import Scratch, answer
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, SerializationFailure

WAIT = 2.0  # seconds in which a statement that is not blocked ends
REPLY = 60.0


def _locked(scratch: Scratch) -> str:
    table = target_sql.table(scratch.new_table())

    def second() -> str:
        with scratch.session() as session:
            session.execute(f"LOCK {table}")
            return answer(session, f"SELECT COUNT(*) FROM {table}")

    with scratch.session() as first, ThreadPoolExecutor(1) as executor:
        first.execute(f"CREATE TABLE {table} (k BIGINT)")
        first.commit()
        first.execute(f"LOCK {table}")
        first.execute(f"INSERT INTO {table} VALUES (1)")
        waiting = executor.submit(second)
        time.sleep(WAIT)
        waited = "did not wait" if waiting.done() else "waited"
        first.commit()
        return f"{waited}, {waiting.result(REPLY)} row"


def _conflict(scratch: Scratch) -> str:
    table = target_sql.table(scratch.new_table())
    with scratch.session() as first, scratch.session() as second:
        first.execute(f"CREATE TABLE {table} (k BIGINT)")
        first.execute(f"INSERT INTO {table} VALUES (1)")
        first.commit()
        first.query(f"SELECT k FROM {table}")
        second.execute(f"UPDATE {table} SET k = 2")
        second.commit()
        try:
            first.execute(f"UPDATE {table} SET k = 3")
            first.commit()
        except SerializationFailure:
            return "refused as a conflict"
        except MysqlRedshiftError as exc:
            return f"refused as something else: {exc.found or exc.what}"
        return "accepted"


def _terminated(scratch: Scratch) -> str:
    label = f"mysql_redshift {secrets.token_hex(12)}"
    with scratch.session(label) as dead:
        dead.query("SELECT 1")
        with scratch.session(label) as successor:
            successor.query("SELECT 1")
        try:
            dead.query("SELECT 1")
        except ConnectionFailed:
            return "terminated"
        return "still open"


def _isolated(scratch: Scratch) -> str:
    """A temporary table is seen by its own session only and needs the privilege TEMP."""
    with scratch.session() as session:
        session.execute("CREATE TEMP TABLE mr_check_temp AS SELECT 1 AS one")
        return answer(session, "SELECT COUNT(*) FROM mr_check_temp") + " row"


def _rights(scratch: Scratch) -> str:
    ref = replace(scratch.new_table(), ledger_schema=scratch.schema)
    with scratch.session() as session:
        session.execute(f"CREATE TABLE {target_sql.table(ref)} (k BIGINT)")
        missing = session.missing_privileges(ref)
    return "; ".join([*missing.rights, *([] if missing.may_alter else ["may not alter it"])]) or "no right is missing"


SESSIONS = (
    Assumption(
        name="LOCK waits for another load, and the snapshot is taken after the wait",
        expected="waited, 1 row",
        consequence="two loads of one table could apply an entry twice: do not run the provider on this cluster",
        ask=_locked,
    ),
    Assumption(
        name="a conflict between two transactions is refused as one that a retry resolves",
        expected="refused as a conflict",
        consequence="conflicts are not retried: report the error's text",
        ask=_conflict,
    ),
    Assumption(
        name="a session left behind is found by its label and terminated",
        expected="terminated",
        consequence="the lock of a dead worker stays until statement_timeout: set a shorter one, or grant "
        "SELECT on sys_query_history and sys_session_history",
        ask=_terminated,
    ),
    Assumption(
        name="the catalogue shows that the owner of a table has every right on it",
        expected="no right is missing",
        consequence="first runs are refused although the user has the rights: report it",
        ask=_rights,
    ),
    Assumption(
        name="the user may create temporary tables",
        expected="1 row",
        consequence="no load works: GRANT TEMP ON DATABASE to the user",
        ask=_isolated,
    ),
)
