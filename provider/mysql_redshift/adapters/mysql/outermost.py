"""Read the statements that the clients sent, as opposed to those of stored programs, from the performance schema."""

from __future__ import annotations

from mysql_redshift.adapters.mysql.connection import Session
from mysql_redshift.core.open_writers import Outermost
from mysql_redshift.core.sql import clock as sql
from mysql_redshift.errors import AccessDenied


def read_outermost(session: Session) -> Outermost:
    """Read the outermost SELECTs, then the tables that are locked for writing. Call it after the process list.

    A statement of the process list that is an outermost SELECT now is still the same, or it has ended. The list of
    locks is complete if it contains our own and the server lost none.
    """
    try:
        selects = {row[0] for row in session.query(sql.OUTERMOST_SELECTS)}
        locks = session.query(sql.TABLE_LOCKS)
    except AccessDenied:
        return Outermost(unknown="no SELECT privilege on performance_schema")
    lost = session.query(sql.LOST_LOCKS)
    if session.thread_id not in {row[0] for row in locks} or any(int(row[1]) for row in lost):
        return Outermost(unknown="the performance schema is off or incomplete")
    writing = frozenset(int(thread) for thread, writes in locks if writes and thread is not None)
    return Outermost(selects=frozenset(int(thread) for thread in selects if thread is not None), write_locks=writing)
