"""What a load is told whose connection broke: Redshift does not say who ended a session, the ledger says who won."""

from __future__ import annotations

from mysql_redshift.core import ledger
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError
from mysql_redshift.ports import Warehouse
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.session_labels import unique_label
from mysql_redshift.steps.target import table as target

ASK_SECONDS = 10.0  # a load that is at work holds the ledger's lock for longer
RETRY = "A retry asks the ledger and loads what is left, if anything."


def explain_lost(
    spec: TableSpec, warehouse: Warehouse, journal: Journal, lost: ConnectionFailed, *, known: int
) -> ConnectionFailed:
    """Return ``lost`` with where the ledger stands; ``known`` is where this load had seen it.

    A later attempt of the same load ends the session of the one before it. Asked is under a label of its own, so that
    the winner is left in peace, and nothing is decided from the answer: a retry takes the lock and reads again.
    """
    try:
        said, remedy = _stand(spec, warehouse, journal, known)
    except MysqlRedshiftError as exc:
        said = f"the ledger did not answer within {ASK_SECONDS:g} s ({exc.what})"
        remedy = f"If another attempt of this load is at work, it ended this session: let it end. {RETRY}"
    return ConnectionFailed(
        "The load's session at Redshift was ended, or its connection broke; what was open was not committed",
        where=f"{spec.name}, {lost.where}",
        found=f"{lost.found or lost.what}; {said}",
        remedy=remedy,
    )


def _stand(spec: TableSpec, warehouse: Warehouse, journal: Journal, known: int) -> tuple[str, str]:
    with warehouse.session(unique_label(), statement_timeout=ASK_SECONDS) as session:
        exists = session.describe(spec.target.ledger_schema, ledger.table_name(spec.target)) is not None
        sequence = target.read_ledger_head(spec, session).sequence if exists else 0
        session.rollback()
    if sequence <= known:
        return f"the ledger stands at entry {known}, as before", f"If another attempt began, it ended this one. {RETRY}"
    entry = journal.read(sequence)
    run = f"run {entry.run_key}, {entry.kind}, {entry.actor or 'unknown actor'}"
    return (
        f"another load was first: the ledger stands at entry {sequence} ({run}), this load knew of entry {known}",
        f"Probably a later attempt of this load, which ended this one's session. {RETRY}",
    )
