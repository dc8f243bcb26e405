"""The contract of a session: transactions, errors and predecessors."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest

from mysql_redshift.adapters.redshift import catalogue
from mysql_redshift.adapters.redshift.session import RedshiftSession
from mysql_redshift.adapters.redshift.warehouse import RedshiftWarehouse
from mysql_redshift.errors import ConnectionFailed, OutcomeUnknown, SerializationFailure, TargetError
from mysql_redshift.hooks import redshift_ssh
from mysql_redshift.steps.state.session_labels import attempt_label
from tests.stack.redshift.conftest import single_value
from tests.stack.tunnel.conftest import Hook
from tests.stack.tunnel.cutting import CuttingProxy

COMMIT_REQUESTS = (1, 2)  # the driver first prepares COMMIT, then executes it


def test_a_commit_is_visible_to_other_sessions_and_a_rollback_is_not(
    warehouse: RedshiftWarehouse, schema: str, label: str
) -> None:
    """Statements run in one transaction; execute returns the number of affected rows."""
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        assert session.execute(f"INSERT INTO {schema}.t VALUES (1), (2)") == 2
        session.commit()
        session.execute(f"DELETE FROM {schema}.t")
        session.rollback()

    with warehouse.session(label) as session:
        assert single_value(session.query(f"SELECT COUNT(*) FROM {schema}.t")) == 2


def test_an_exception_rolls_back(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """An exception in the block rolls the open transaction back."""
    with suppress(ZeroDivisionError), warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        _ = 1 / 0

    with warehouse.session(label) as session:
        assert session.describe(schema, "t") is None


def test_a_failed_transaction_cannot_be_committed(warehouse: RedshiftWarehouse, label: str) -> None:
    """The server answers COMMIT of a failed transaction with ROLLBACK and no error; that is not a success."""
    with warehouse.session(label) as session:
        with pytest.raises(TargetError, match="no_such_table"):
            session.execute("SELECT * FROM no_such_table")
        with pytest.raises(TargetError, match="cannot be committed"):
            session.commit()

        session.rollback()
        assert session.query("SELECT 1") == [(1,)]
        session.commit()


def test_the_error_of_a_refused_statement_has_statement_message_and_sqlstate(
    warehouse: RedshiftWarehouse, label: str
) -> None:
    with pytest.raises(TargetError) as error, warehouse.session(label) as session:
        session.execute("SELECT nothing FROM no_such_table")

    assert "SELECT nothing FROM no_such_table" in error.value.where
    assert 'relation "no_such_table" does not exist' in str(error.value.found)
    assert "42P01" in str(error.value.found)


def test_a_statement_fails_at_its_timeout(warehouse: RedshiftWarehouse, label: str) -> None:
    """No statement runs forever; the remedy names the setting (S02)."""
    started = time.monotonic()

    with pytest.raises(TargetError) as error, warehouse.session(label, statement_timeout=1) as session:
        session.query("SELECT pg_sleep(30)")

    assert time.monotonic() - started < 10
    assert "statement_timeout" in error.value.remedy


def test_a_write_conflict_is_a_transient_error(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """Redshift's error 1023 is a SerializationFailure (S04)."""
    with warehouse.session(f"{label} 1") as first, warehouse.session(f"{label} 2") as second:
        first.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        first.execute(f"INSERT INTO {schema}.t VALUES (1)")
        first.commit()
        second.query(f"SELECT * FROM {schema}.t")
        first.execute(f"UPDATE {schema}.t SET a = 2")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second.execute, f"UPDATE {schema}.t SET a = 3")
            time.sleep(0.3)
            first.commit()
            with pytest.raises(SerializationFailure, match="1023"):
                waiting.result(timeout=30)


def test_alone_runs_a_statement_outside_a_transaction(warehouse: RedshiftWarehouse, schema: str, label: str) -> None:
    """Redshift refuses ALTER COLUMN TYPE inside a transaction; an open one is an error and is not discarded."""
    widen = f"ALTER TABLE {schema}.t ALTER COLUMN a TYPE VARCHAR(20)"
    with warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a VARCHAR(10))")
        with pytest.raises(TargetError, match="one is open"):
            session.alone(widen)
        session.commit()

        session.alone(widen)

        table = session.describe(schema, "t")
        assert table is not None
        assert table.columns[0].type == "character varying(20)"


def test_a_session_terminates_its_predecessors_with_the_same_label(
    warehouse: RedshiftWarehouse, schema: str, label: str
) -> None:
    """The session of a dead attempt keeps its locks until its successor starts (S03)."""
    with warehouse.session(f"{label} other") as other, warehouse.session(label) as dead:
        dead.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        dead.commit()
        dead.execute(f"LOCK {schema}.t")

        with warehouse.session(label) as successor:
            successor.execute(f"LOCK {schema}.t")
            successor.commit()

        with pytest.raises(ConnectionFailed):
            dead.query("SELECT 1")
        assert other.query("SELECT 1") == [(1,)]


def test_a_long_label_identifies_its_predecessor_only(warehouse: RedshiftWarehouse, label: str) -> None:
    """Servers truncate names to 63 bytes of ASCII; labels that differ only after that stay different."""
    long = label + " überlänge" * 20
    with warehouse.session(long) as dead, warehouse.session(f"{long} other") as other:
        with warehouse.session(long):
            pass
        with pytest.raises(ConnectionFailed):
            dead.query("SELECT 1")
        assert other.query("SELECT 1") == [(1,)]


def test_a_predecessor_is_found_by_the_thirty_characters_of_a_query_group(warehouse: RedshiftWarehouse) -> None:
    """Redshift keeps 30 characters of a query group; the label of a load is longer."""
    label = attempt_label("dag", "load", secrets.token_hex(8))
    with warehouse.session(label) as dead, warehouse.session(attempt_label("dag", "load", "other")) as other:
        assert len(_query_group(dead)) <= 30
        with warehouse.session(label):
            pass
        with pytest.raises(ConnectionFailed):
            dead.query("SELECT 1")
        assert other.query("SELECT 1") == [(1,)]


def test_sessions_without_a_label_look_for_no_predecessor(
    warehouse: RedshiftWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They cannot have one, and the system views are slow on a busy cluster."""
    with warehouse.session() as first:
        monkeypatch.setattr(catalogue, "predecessors", None)
        with warehouse.session() as second:
            assert _query_group(first) != _query_group(second)


def test_the_administrators_query_group_stays(make_hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """ALTER USER ... SET query_group routes the user to a WLM queue; a label in its place would not."""
    monkeypatch.setattr(redshift_ssh, "connect", _with_group(redshift_ssh.connect, "etl"))
    with make_hook().warehouse().session() as session:
        assert _query_group(session) == "etl"


@pytest.mark.parametrize("extra", [{}, {"query_group": "etl"}])
def test_a_predecessor_in_another_query_group_is_found(
    make_hook: Hook, monkeypatch: pytest.MonkeyPatch, label: str, extra: dict[str, str]
) -> None:
    """The group of a WLM queue does not hide a dead session, whose lock would stay for hours (S03)."""
    monkeypatch.setattr(redshift_ssh, "connect", _with_group(redshift_ssh.connect, "etl"))
    warehouse = make_hook(redshift={"extra": extra}).warehouse()
    with warehouse.session(label) as dead, warehouse.session(f"{label} other") as other:
        assert _query_group(dead) == "etl"
        with warehouse.session(label) as successor:
            assert _query_group(successor) == "etl"
        with pytest.raises(ConnectionFailed):
            dead.query("SELECT 1")
        assert other.query("SELECT 1") == [(1,)]


def test_a_query_group_of_the_connection_wins(make_hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stated for this provider, which the user's own is not."""
    monkeypatch.setattr(redshift_ssh, "connect", _with_group(redshift_ssh.connect, "etl"))
    with make_hook(redshift={"extra": {"query_group": "sync's"}}).warehouse().session() as session:
        assert _query_group(session) == "sync's"


def _query_group(session: RedshiftSession) -> str:
    return str(single_value(session.query("SHOW query_group")))


def _with_group(connect: Callable[..., AbstractContextManager[Any]], group: str) -> Any:
    @contextmanager
    def connected(*arguments: Any) -> Iterator[Any]:
        with connect(*arguments) as connection:
            with connection.cursor() as cursor:
                cursor.execute(f"SET query_group TO '{group}'")
            connection.commit()
            yield connection

    return connected


@pytest.mark.faults
def test_a_lost_reply_to_commit_is_an_unknown_outcome(
    cut_warehouse: RedshiftWarehouse, warehouse: RedshiftWarehouse, proxy: CuttingProxy, schema: str, label: str
) -> None:
    """The rows are committed, but the session reports neither success nor failure."""
    with cut_warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        proxy.lose_reply(COMMIT_REQUESTS[1])
        with pytest.raises(OutcomeUnknown, match="reply to COMMIT was lost"):
            session.commit()

    assert proxy.cuts == 1
    with warehouse.session(label) as successor:
        assert successor.describe(schema, "t") is not None


@pytest.mark.faults
def test_a_commit_that_never_ran_is_an_unknown_outcome(
    cut_warehouse: RedshiftWarehouse, warehouse: RedshiftWarehouse, proxy: CuttingProxy, schema: str, label: str
) -> None:
    """The client cannot distinguish it from a lost reply; the server shows that nothing was committed."""
    with cut_warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        proxy.lose_reply(COMMIT_REQUESTS[0])
        with pytest.raises(OutcomeUnknown):
            session.commit()

    with warehouse.session(label) as successor:
        assert successor.describe(schema, "t") is None


@pytest.mark.faults
def test_a_connection_lost_before_commit_is_a_failed_connection(
    cut_warehouse: RedshiftWarehouse, proxy: CuttingProxy, schema: str, label: str
) -> None:
    """No COMMIT was sent, so nothing was committed; rollback does not raise."""
    with cut_warehouse.session(label) as session:
        session.execute(f"CREATE TABLE {schema}.t (a INTEGER)")
        proxy.lose_reply()
        with pytest.raises(ConnectionFailed):
            session.execute(f"INSERT INTO {schema}.t VALUES (1)")
        session.rollback()


@pytest.mark.faults
def test_a_connection_lost_during_a_statement_is_a_failed_connection(
    cut_warehouse: RedshiftWarehouse, proxy: CuttingProxy, label: str
) -> None:
    """The path behind the bastion breaks while a statement runs."""
    with cut_warehouse.session(label) as session:
        threading.Timer(0.3, proxy.close).start()
        with pytest.raises(ConnectionFailed):
            session.query("SELECT pg_sleep(30)")


def test_settings_of_the_user_do_not_decide_what_a_value_becomes(
    warehouse: RedshiftWarehouse, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise invalid JSON would silently become NULL, and a name in another case would be another name."""
    connect = warehouse._connect

    @contextmanager
    def with_settings(name: str) -> Iterator[Any]:
        with connect(name) as connection:
            for setting in ("parse_super_null_on_error", "enable_case_sensitive_identifier"):
                connection.cursor().execute(f"SET {setting} TO on")
            connection.commit()
            yield connection

    monkeypatch.setattr(warehouse, "_connect", with_settings)
    with warehouse.session(label) as session:
        session.execute('CREATE TEMP TABLE "MixedCase" ("Id" INT)')
        assert single_value(session.query("SELECT COUNT(id) FROM mixedcase")) == 0
        with pytest.raises(TargetError, match="refused"):
            session.query("SELECT JSON_PARSE('{x')")


def test_a_session_is_in_utc_even_if_its_user_has_another_zone(
    warehouse: RedshiftWarehouse, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a cast between TIMESTAMP and TIMESTAMPTZ would shift every value by the zone's offset."""
    connect = warehouse._connect

    @contextmanager
    def in_berlin(name: str) -> Iterator[Any]:
        with connect(name) as connection:
            connection.cursor().execute("SET timezone TO 'Europe/Berlin'")
            connection.commit()
            yield connection

    monkeypatch.setattr(warehouse, "_connect", in_berlin)
    with warehouse.session(label) as session:
        moment = "CAST(TIMESTAMP '2026-01-01 12:00:00' AS TIMESTAMPTZ)"
        assert single_value(session.query(f"SELECT EXTRACT(EPOCH FROM {moment})")) == 1767268800
