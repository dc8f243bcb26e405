"""The faults that other tests order: each occurs as ordered, once."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from devstack.redshift.conformance.run import Cluster
from tests.stack.devstack.redshift.conftest import Connect

pytestmark = pytest.mark.faults


@pytest.fixture
def table(connect: Connect, schema: str) -> str:
    """An empty table."""
    connect().execute(f"CREATE TABLE {schema}.t (a BIGINT)".encode())
    return f"{schema}.t"


def _count(connect: Connect, table: str) -> int:
    row = connect().execute(f"SELECT COUNT(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def _insert(connect: Connect, table: str, name: str) -> psycopg.Connection[Any]:
    connection = connect(autocommit=False, application_name=name)
    connection.execute(f"INSERT INTO {table} VALUES (1)".encode())
    return connection


def test_drop_before_commit_loses_the_transaction(connect: Connect, table: str, order: Any) -> None:
    """The client gets no reply, and nothing is committed."""
    order(fault="drop_before_commit", application_name="lost")
    with pytest.raises(psycopg.OperationalError):
        _insert(connect, table, "lost").commit()
    assert _count(connect, table) == 0


def test_drop_after_commit_loses_only_the_reply(connect: Connect, table: str, order: Any) -> None:
    """The client gets no reply, although the transaction is committed."""
    order(fault="drop_after_commit", application_name="lost")
    with pytest.raises(psycopg.OperationalError):
        _insert(connect, table, "lost").commit()
    assert _count(connect, table) == 1


def test_drop_after_commit_through_redshift_connector(
    redshift_connection: Any, connect: Connect, table: str, order: Any
) -> None:
    """The fault also works in the extended protocol, where COMMIT is an ordinary statement."""
    cursor = redshift_connection.cursor()
    cursor.execute(f"INSERT INTO {table} VALUES (1)")
    order(fault="drop_after_commit")
    with pytest.raises(Exception, match=r"(?i)closed|broken|reset|EOF|unpack|network"):
        redshift_connection.commit()
    assert _count(connect, table) == 1


def test_error_1023_occurs_once(connect: Connect, table: str, order: Any) -> None:
    """The commit fails like a serialization failure; the retry succeeds."""
    order(fault="error_1023_once", application_name="retried")
    connection = _insert(connect, table, "retried")
    with pytest.raises(psycopg.errors.InternalError_, match="1023"):
        connection.commit()
    connection.rollback()
    connection.execute(f"INSERT INTO {table} VALUES (1)".encode())
    connection.commit()
    assert _count(connect, table) == 1


def test_error_1018_affects_only_the_matching_statement(connect: Connect, table: str, order: Any) -> None:
    """It simulates a relation created by another transaction after the snapshot."""
    order(fault="error_1018_once", application_name="new", matching="COUNT(*)")
    connection = connect(application_name="new")
    connection.execute(f"INSERT INTO {table} VALUES (1)".encode())
    with pytest.raises(psycopg.errors.InternalError_, match="1018"):
        connection.execute(f"SELECT COUNT(*) FROM {table}".encode())


def test_drop_at_parse_never_runs_the_statement(connect: Connect, table: str, order: Any) -> None:
    """The connection is dropped before the statement is sent to PostgreSQL."""
    order(fault="drop_at_parse", application_name="early", matching="INSERT")
    with pytest.raises(psycopg.OperationalError):
        connect(application_name="early").execute(f"INSERT INTO {table} VALUES (1)".encode())
    assert _count(connect, table) == 0


def test_drop_during_copy_rolls_back_the_load(
    connect: Connect, table: str, order: Any, upload: Any, cluster: Cluster
) -> None:
    """Rows that were already sent are rolled back."""
    url = upload("f.parquet", pa.table({"a": pa.array(range(1000), pa.int64())}))
    order(fault="drop_during_copy", application_name="loader")
    copy = f"COPY {table} FROM '{url}' IAM_ROLE '{cluster.iam_role}' FORMAT AS PARQUET"
    with pytest.raises(psycopg.OperationalError):
        connect(application_name="loader").execute(copy.encode())
    assert _count(connect, table) == 0


def test_a_lingering_session_keeps_its_locks_until_it_is_terminated(connect: Connect, table: str, order: Any) -> None:
    """It simulates the session of a lost client on Redshift, which the next attempt must terminate."""
    order(fault="linger", application_name="ghost", seconds=30)
    ghost = connect(autocommit=False, application_name="ghost")
    ghost.execute(f"LOCK {table}".encode())
    row = ghost.execute("SELECT PG_BACKEND_PID()").fetchone()
    assert row is not None
    ghost.close()
    successor = connect(autocommit=False)
    successor.execute("SET statement_timeout TO 500")
    with pytest.raises(psycopg.errors.QueryCanceled):
        successor.execute(f"LOCK {table}".encode())
    successor.rollback()
    connect().execute(f"SELECT PG_TERMINATE_BACKEND({row[0]})".encode())
    successor.execute(f"LOCK {table}".encode())
    successor.rollback()


def test_an_idle_connection_is_dropped(connect: Connect, order: Any) -> None:
    """A load balancer does this after its idle timeout; a busy connection is kept."""
    order(fault="idle_drop", application_name="idle", seconds=0.6)
    connection = connect(application_name="idle")
    for _ in range(4):
        time.sleep(0.3)
        connection.execute("SELECT 1")
    time.sleep(1)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_a_system_view_can_be_denied(connect: Connect, order: Any) -> None:
    """It is denied to the administrator as well, so that fallbacks can be tested."""
    order(deny=["sys_load_error_detail"])
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for relation"):
        connect().execute("SELECT * FROM sys_load_error_detail")
    order(clear=True)
    connect().execute("SELECT * FROM sys_load_error_detail")


def test_serverless_has_no_stl_views(connect: Connect, order: Any) -> None:
    """STL_, STV_ and SVL_ views are denied on Serverless, SYS_ views are not."""
    order(serverless=True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect().execute("SELECT * FROM stl_load_errors")
    connect().execute("SELECT * FROM sys_load_history")


def test_an_unknown_order_is_refused(order: Any) -> None:
    """With a misspelled fault a test would pass without the fault."""
    assert "unknown fault" in order(fault="drop_sometime")["error"]
    assert "unknown order" in order(defect="x")["error"]
