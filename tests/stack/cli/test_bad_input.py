"""Bad input on real servers: one clear message, the right exit code, and nothing moved."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.stack.cli.conftest import Result, Shop


@pytest.fixture
def filled(shop: Shop) -> Iterator[Shop]:
    """Three orders were synced, two more wait; whatever a test does wrong, S3 and target stay as they are."""
    shop.orders(1, 3)
    assert shop.run("sync", "--table", "orders").code == 0
    shop.new_orders(4, 5)
    objects, rows = shop.objects(), shop.target("SELECT * FROM {t} ORDER BY id")
    yield shop
    assert shop.objects() == objects
    for name, connection in shop.connections.items():
        shop.connect(name, **connection)
    assert shop.target("SELECT * FROM {t} ORDER BY id") == rows


def sync(shop: Shop, table: str = "orders", *more: str) -> Result:
    return shop.run("sync", "--table", table, *more)


def test_a_table_that_mysql_does_not_have(filled: Shop) -> None:
    """The entry is in the YAML; the message names what is near."""
    filled.edit("  events:", "  order: {}\n  events:")
    result = sync(filled, "order")
    assert result.code == 1
    assert filled.database in result.err
    assert "orders" in result.err
    assert "what to do:" in result.err
    assert result.row["result"].startswith("failed: ")


def test_a_cursor_column_that_the_table_does_not_have(filled: Shop) -> None:
    """With the columns there are."""
    filled.edit("orders: {}", "orders: {cursor: update_at}")
    result = sync(filled)
    assert result.code == 1
    assert result.err.endswith(
        "The cursor column is not in the table\n"
        f"  where: {filled.database}.orders\n"
        "  expected: column update_at\n"
        "  found: id, updated_at, amount\n"
        "  what to do: Did you mean updated_at? Correct the name in the table's entry.\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("conn_id: source", "conn_id: sauce", "source.conn_id"),
        ("conn_id: redshift", "conn_id: sauce", "target.conn_id"),
        ("bucket:", "conn_id: sauce, bucket:", "lake.conn_id"),
    ],
)
def test_a_connection_that_airflow_does_not_know(filled: Shop, old: str, new: str, key: str) -> None:
    """The message names the YAML key that asks for it."""
    filled.edit(old, new)
    result = sync(filled)
    filled.edit(new, old)
    assert result.code == 1
    assert result.err.endswith(
        "Airflow knows no such connection\n"
        f"  where: {key}\n"
        "  expected: the id of a connection\n"
        "  found: sauce\n"
        f"  what to do: Create it (airflow connections add sauce ...), or correct {key} in the pipeline's YAML.\n"
    )


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_password_that_mysql_refuses(filled: Shop, password: str) -> None:
    """Exit code 2; the password is not shown."""
    filled.connect("source", password=password or None)
    result = sync(filled)
    assert result.code == 2
    assert "wrong" not in result.err.replace("went wrong", "")
    assert "what to do:" in result.err


def test_no_privilege_at_the_source(filled: Shop) -> None:
    """A user who may see the table and not read it, or not see it at all."""
    user = f"u{secrets.token_hex(4)}"
    filled.sql(f"CREATE USER {user} IDENTIFIED BY 'x-{user}'")
    try:
        filled.sql(f"GRANT PROCESS ON *.* TO {user}")
        filled.connect("source", login=user, password=f"x-{user}")
        result = sync(filled)
    finally:
        filled.sql(f"DROP USER {user}")
    assert result.code in (1, 2)
    assert "orders" in result.err
    assert "what to do:" in result.err


def test_mysql_is_down(filled: Shop) -> None:
    """Exit code 2: a retry may succeed."""
    filled.connect("source", port=1)
    result = sync(filled)
    assert result.code == 2
    assert ":1" in result.err


def test_a_bucket_that_does_not_exist(filled: Shop) -> None:
    """Exit code 5, with the bucket's name."""
    missing = f"missing-{secrets.token_hex(4)}"
    filled.edit(f"bucket: {filled.bucket}", f"bucket: {missing}")
    result = sync(filled)
    filled.edit(missing, filled.bucket)
    assert result.code == 5
    assert missing in result.err
    assert "what to do:" in result.err


def test_a_role_that_may_not_read_the_bucket_or_is_none(filled: Shop) -> None:
    """YAML that cannot be right is refused before anything is connected to."""
    filled.edit("iam_role: ", "iam_rol: ")
    result = sync(filled)
    filled.edit("iam_rol: ", "iam_role: ")
    assert (result.code, result.out) == (1, "")
    assert "pipelines/shop.yaml:4: target.iam_rol: unknown key; did you mean iam_role?" in result.err


def test_a_failed_table_does_not_stop_the_others(shop: Shop) -> None:
    """Exit code 3; the others are done, the failed ones say why: a broken entry, a table that is not there."""
    shop.orders(1, 3)
    shop.edit("  events:", "  broken: {load: upsert}\n  evnts: {cursor: id}\n  events:")
    shop.sql("INSERT INTO events (what) VALUES ('a')")
    result = shop.run("sync")
    results = {row["table"]: (row["rows_copied"], row["result"].partition(":")[0]) for row in result.rows}
    assert result.code == 3
    assert results == {
        "shop.orders": (3, "done"),
        "shop.events": (1, "done"),
        "shop.evnts": (None, "failed"),
        "shop.broken": (None, "failed"),
    }
    assert "tables.broken.load: expected merge, append or replace, found 'upsert'" in result.err
    assert "shop.evnts: " in result.err
