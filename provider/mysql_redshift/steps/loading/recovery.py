"""Explain and settle a lost connection: read the ledger to see what was committed, and by which attempt."""

from __future__ import annotations

from collections.abc import Sequence

from mysql_redshift.core.ledger import AppliedEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import ConnectionFailed, MysqlRedshiftError, OutcomeUnknown
from mysql_redshift.ports import Warehouse
from mysql_redshift.steps.state.journal import Journal
from mysql_redshift.steps.state.ledger import Ledger

ASK_SECONDS = 10.0  # a running load holds the ledger's lock for longer
RETRY = "A retry reads the ledger and loads what is left, if anything."


def settle_commit(
    spec: TableSpec, warehouse: Warehouse, label: str, load_id: str, lost: OutcomeUnknown
) -> tuple[Sequence[AppliedEntry], int]:
    """Return what a load applied whose COMMIT got no reply, and the ledger head.

    The ledger is read under its lock, so the other session has either committed or rolled back.

    Raises:
        ConnectionFailed: the load was not committed.

    """
    with warehouse.session(label) as session:
        ledger = Ledger(spec, session)
        ledger.lock()
        applied = ledger.load(load_id)
        head = ledger.head()
        session.rollback()
    if not applied:
        raise ConnectionFailed(
            "The connection was lost at COMMIT, and the ledger shows that nothing was committed",
            where=spec.name,
            remedy="A retry starts the load again; no row was loaded.",
        ) from lost
    return applied, head.sequence


def explain_lost(
    spec: TableSpec, warehouse: Warehouse, journal: Journal, lost: ConnectionFailed, *, known: int
) -> ConnectionFailed:
    """Return ``lost`` with the state of the ledger added; ``known`` is the ledger head that this load last read.

    A later attempt of the same load terminates its predecessor's session. The query uses a label of its own, so the
    winner is not terminated. Nothing is decided here: a retry takes the lock and reads again.
    """
    try:
        state, remedy = _ledger_state(spec, warehouse, journal, known)
    except MysqlRedshiftError as exc:
        state = f"the ledger could not be read within {ASK_SECONDS:g} s ({exc.what})"
        remedy = f"If another attempt of this load is running, it terminated this session: wait for it. {RETRY}"
    return ConnectionFailed(
        "The load's Redshift session was terminated, or its connection broke; the open transaction was not committed",
        where=f"{spec.name}, {lost.where}",
        found=f"{lost.found or lost.what}; {state}",
        remedy=remedy,
    )


def _ledger_state(spec: TableSpec, warehouse: Warehouse, journal: Journal, known: int) -> tuple[str, str]:
    with warehouse.session(statement_timeout=ASK_SECONDS) as session:
        sequence = Ledger(spec, session).head().sequence
        session.rollback()
    if sequence <= known:
        return f"the ledger head is still entry {known}", f"If another attempt started, it terminated this one. {RETRY}"
    entry = journal.read(sequence)
    run = f"run {entry.run_key}, {entry.kind}, {entry.actor or 'unknown actor'}"
    return (
        f"another load committed first: the ledger head is entry {sequence} ({run}), this load had read entry {known}",
        f"Probably a later attempt of this load, which terminated this one's session. {RETRY}",
    )
