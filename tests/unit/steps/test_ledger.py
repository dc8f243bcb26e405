"""The ledger is read through a session that returns scripted rows."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.ledger import VERSION, LedgerHead
from mysql_redshift.errors import StateError
from mysql_redshift.ports import TargetTable
from mysql_redshift.steps.state.ledger import Ledger
from tests.fakes.specs import spec


class ScriptedSession:
    """Returns ``rows`` for every query and records the executed statements."""

    def __init__(self, *rows: tuple[Any, ...], exists: bool = True) -> None:
        self.rows = list(rows)
        self.described = 0
        self.sent: list[str] = []
        self._exists = exists

    def describe(self, schema: str, table: str) -> TargetTable | None:
        self.described += 1
        return TargetTable(oid=1, columns=()) if self._exists else None

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        self.sent.append(sql)
        return self.rows

    def execute(self, sql: str) -> int:
        self.sent.append(sql)
        return 0


def ledger(session: ScriptedSession) -> Ledger:
    return Ledger(spec(), session)  # type: ignore[arg-type]


def test_a_missing_ledger_has_an_empty_head_and_no_rows() -> None:
    """Reading the ledger of a table that was never loaded is not an error."""
    session = ScriptedSession(exists=False)
    assert ledger(session).head() == LedgerHead()
    assert ledger(session).rows(after=0, limit=10) == {}
    assert session.sent == []


def test_an_empty_ledger_has_an_empty_head() -> None:
    """The table exists, but no load has committed."""
    assert ledger(ScriptedSession()).head() == LedgerHead()


def test_the_head_is_read_by_name() -> None:
    """The numbers have the types that the driver returns."""
    head = ledger(ScriptedSession((1, "7", "s3://lake/t", None, "16400", 2))).head()
    assert head == LedgerHead(sequence=7, log_uri="s3://lake/t", max_cursor=None, target_oid=16_400, generation=2)


def test_a_newer_ledger_is_refused() -> None:
    """An older provider must not load with a ledger whose format it does not know."""
    session = ScriptedSession((VERSION + 1, 7, "s3://lake/t", None, 16_400, 2))
    with pytest.raises(StateError, match=rf"(?s)newer version.*version {VERSION} or lower.*Upgrade"):
        ledger(session).head()


def test_a_locked_ledger_exists() -> None:
    """LOCK is the transaction's first statement. It fails if the table is missing, so no catalogue query follows."""
    session = ScriptedSession()
    locked = ledger(session)
    locked.lock()
    locked.head()
    assert session.described == 0
    assert session.sent[0].startswith("LOCK ")


def test_existence_is_queried_once() -> None:
    """One catalogue query per session."""
    session = ScriptedSession()
    once = ledger(session)
    once.head()
    once.rows(after=0, limit=10)
    assert session.described == 1
