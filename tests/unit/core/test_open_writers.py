"""Which sessions may still commit rows with an earlier cursor. None of it needs a server."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.open_writers import OWN_COMMENT, SECOND, Outermost, Process, Sessions, Transaction

NOW = 1_000_000 * SECOND
SELECTS = Outermost(selects=frozenset({7}))


def process(**fields: Any) -> Process:
    found: dict[str, Any] = {
        "thread": 7,
        "user": "app",
        "command": "Query",
        "seconds": 4,
        "state": "executing",
        "text": "SELECT 1",
    }
    return Process(**(found | fields))


def kinds(
    *processes: Process,
    outermost: Outermost | None = None,
    transactions: tuple[Transaction, ...] = (),
    readers: tuple[str, ...] = (),
) -> list[str]:
    sessions = Sessions(processes=processes, outermost=outermost or Outermost(), transactions=transactions)
    return [writer.kind for writer in sessions.writers(NOW, readers)]


@pytest.mark.parametrize("text", ["SELECT 1", "INSERT INTO t VALUES (1)", "COMMIT", "", "WITH x AS (SELECT 1) TABLE x"])
def test_any_running_statement_may_write_if_nothing_else_is_known(text: str) -> None:
    """Its text may be that of a statement in a stored program."""
    assert kinds(process(text=text)) == ["statement"]


def test_a_statement_starts_at_the_earliest_possible_moment() -> None:
    """The server truncates its run time to whole seconds."""
    (writer,) = Sessions(processes=[process()], transactions=()).writers(NOW)
    assert writer.started == NOW - 5 * SECOND
    assert str(writer) == "statement (SELECT) of thread 7, user app"


@pytest.mark.parametrize(
    "idle",
    [
        process(command="Sleep"),
        process(command="Daemon"),
        process(command="Connect", text=None),
        process(user="system user"),
        process(command="Binlog Dump GTID"),
        process(text=f"SELECT COUNT(*) FROM t {OWN_COMMENT}"),
    ],
)
def test_a_session_that_runs_nothing_for_a_client_is_no_writer(idle: Process) -> None:
    """Nor are our own reads."""
    assert kinds(idle) == []


def test_a_worker_of_an_event_is_a_writer() -> None:
    """It runs a program, with the command Connect."""
    assert kinds(process(command="Connect", text="SELECT SLEEP(9)")) == ["statement"]


@pytest.mark.parametrize(
    ("outermost", "state", "writes"),
    [
        (SELECTS, "executing", False),
        (SELECTS, "Opening tables", True),
        (SELECTS, "Waiting for table metadata lock", True),
        (Outermost(selects=frozenset({8})), "executing", True),
        (Outermost(selects=frozenset({7}), write_locks=frozenset({7})), "executing", True),
    ],
)
def test_an_outermost_select_reads_once_it_has_locked_its_tables(
    outermost: Outermost, state: str, *, writes: bool
) -> None:
    """Before that its locks do not show whether a function of it writes."""
    assert bool(kinds(process(state=state), outermost=outermost)) is writes


def test_a_read_only_transaction_and_a_declared_reader_cannot_write() -> None:
    """What they run does not matter."""
    read_only = Transaction(thread=7, started=0, modified=False, read_only=True)
    assert kinds(process(text="CALL p()"), transactions=(read_only,)) == []
    assert kinds(process(text="CALL p()"), readers=("app",)) == []
    assert kinds(process(text="CALL p()"), readers=("other",)) == ["statement"]


@pytest.mark.parametrize("user", ["app", "gone"])
def test_a_transaction_that_has_changed_rows_is_a_writer_whoever_runs_it(user: str) -> None:
    """A declared reader that writes, and one whose client has just gone."""
    changed = Transaction(thread=7, started=3 * SECOND, modified=True, read_only=False)
    found = [process(command="Sleep", text=None)] if user == "app" else []
    assert kinds(*found, transactions=(changed,), readers=("app",)) == ["transaction"]


@pytest.mark.parametrize(
    ("text", "expected"), [("INSERT INTO t VALUES (1)", ["transaction", "statement"]), ("SELECT 1", ["statement"])]
)
def test_a_transaction_is_as_old_as_its_values_may_be(text: str, expected: list[str]) -> None:
    """An INSERT may have taken its id or time before; a SELECT in it only counts as a statement."""
    open_one = Transaction(thread=7, started=3 * SECOND, modified=False, read_only=False)
    assert kinds(process(text=text), transactions=(open_one,)) == expected


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("(SELECT 1)", "SELECT"),
        ("/* a hint */ -- and a line\n select 1", "SELECT"),
        ("# shell\nSHOW TABLES", "SHOW"),
        ("/*!50000 INSERT */ INTO t VALUES (1)", ""),
        ("", ""),
        ("'secret'", ""),
    ],
)
def test_a_writer_is_named_by_the_first_word_of_its_statement(text: str, keyword: str) -> None:
    """Nothing else of the text, which may hold secrets, goes into the log."""
    assert process(text=text).keyword == keyword
