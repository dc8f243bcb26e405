"""Invalid input on real servers: one message, the documented exit code, and no change at S3 or the target."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.stack.cli.conftest import OpenShop, Shop

ROWS = "SELECT * FROM {t} ORDER BY id"


@dataclass(frozen=True)
class Before:
    """A shop with three synced orders and two new ones."""

    shop: Shop
    yaml: str
    objects: dict[str, str]
    rows: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def before(open_shop: OpenShop) -> Iterator[Before]:
    with open_shop() as shop:
        shop.orders(1, 3)
        assert shop.run("sync", "--table", "orders").code == 0
        shop.new_orders(4, 5)
        yield Before(shop, shop.yaml.read_text(), shop.objects(), shop.target(ROWS))


@pytest.fixture
def filled(before: Before) -> Iterator[Shop]:
    """Yield the shop; afterwards assert that S3 objects and target rows did not change."""
    shop = before.shop
    yield shop
    shop.yaml.write_text(before.yaml)
    for name in shop.connections:
        shop.connect(name)
    assert shop.objects() == before.objects
    assert shop.target(ROWS) == before.rows


def refused(shop: Shop, table: str = "orders") -> tuple[object, str]:
    """Run a sync that fails. Return its exit code and message, with database name and port replaced."""
    result = shop.run("sync", "--table", table)
    message = re.sub(r"^\d{4}-\d\d-\d\dT.*\n", "", result.err, flags=re.MULTILINE)  # log lines of Airflow
    if result.out:
        assert result.row["result"] == f"failed: {message.splitlines()[0]}"
    server = shop.connections["source"]
    for old, new in ((shop.database, "DATABASE"), (f"{server['host']}:{server['port']}", "SERVER")):
        message = message.replace(old, new)
    return result.code, message


def test_a_table_that_does_not_exist_in_mysql_is_reported(filled: Shop) -> None:
    """The message names similar tables."""
    filled.edit("  events:", "  order: {}\n  events:")
    assert refused(filled, "order") == (
        1,
        (
            "The table does not exist\n"
            "  where: admin@SERVER\n"
            "  expected: table DATABASE.order\n"
            "  found: similar names: orders\n"
            "  what to do: Correct the table's name, or create the table.\n"
        ),
    )


def test_a_cursor_column_that_does_not_exist_is_reported(filled: Shop) -> None:
    """The message names the table's columns."""
    filled.edit("orders: {}", "orders: {cursor: update_at}")
    assert refused(filled) == (
        1,
        (
            "The cursor column does not exist in the table\n"
            "  where: DATABASE.orders\n"
            "  expected: column update_at\n"
            "  found: id, updated_at, amount\n"
            "  what to do: Did you mean updated_at? Correct the name in the table's entry.\n"
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("conn_id: source", "conn_id: sauce", "source.conn_id"),
        ("conn_id: redshift", "conn_id: sauce", "target.conn_id"),
        ("bucket:", "conn_id: sauce, bucket:", "lake.conn_id"),
    ],
)
def test_an_unknown_connection_id_is_reported(filled: Shop, old: str, new: str, key: str) -> None:
    """The message names the YAML key with the connection id."""
    filled.edit(old, new)
    assert refused(filled) == (
        1,
        (
            "The connection does not exist in Airflow\n"
            f"  where: {key}\n"
            "  expected: the id of an Airflow connection\n"
            "  found: sauce\n"
            f"  what to do: Create it (airflow connections add sauce ...), or correct {key} in the pipeline's YAML.\n"
        ),
    )


@pytest.mark.parametrize(("password", "used"), [("", "NO"), ("hunter2", "YES")])
def test_a_password_that_mysql_rejects_is_reported(filled: Shop, password: str, used: str) -> None:
    """Exit code 2. The message does not contain the password."""
    filled.connect("source", password=password)
    assert refused(filled) == (
        2,
        (
            "MySQL denied access to the account\n"
            "  where: admin@SERVER\n"
            f"  found: Access denied for user 'admin'@'127.0.0.1' (using password: {used}) (1045)\n"
            "  what to do: Check the connection's user and password, and GRANT SELECT on the tables to that user.\n"
        ),
    )


def test_a_missing_privilege_at_the_source_is_reported(filled: Shop) -> None:
    """The message contains the missing GRANT."""
    user = f"u{secrets.token_hex(4)}"
    filled.sql(f"CREATE USER {user} IDENTIFIED BY 'x-{user}'")
    try:
        filled.sql(f"GRANT PROCESS ON *.* TO {user}")
        filled.connect("source", login=user, password=f"x-{user}")
        code, message = refused(filled)
    finally:
        filled.sql(f"DROP USER {user}")
    assert code == 2
    assert message.startswith(
        "The account lacks the SELECT privilege on the table\n"
        f"  where: {user}@SERVER, table DATABASE.orders\n"
        "  expected: the SELECT privilege\n"
        "  found: SELECT command denied to user"
    )
    assert message.endswith("\n  what to do: GRANT SELECT ON `DATABASE`.`orders` to this account.\n")


def test_an_unreachable_mysql_exits_with_2(filled: Shop) -> None:
    """2 is the code of failed connections, for which a retry may succeed."""
    filled.connect("source", port=1)
    assert refused(filled) == (
        2,
        (
            "The MySQL server is unreachable, or the connection was lost\n"
            "  where: admin@127.0.0.1:1\n"
            "  found: Can't connect to MySQL server on '127.0.0.1' ([Errno 111] Connection refused) (2003)\n"
            "  what to do: Check the connection's host and port, and the network; "
            "a retry continues where this run stopped.\n"
        ),
    )


def test_a_missing_bucket_exits_with_5(filled: Shop) -> None:
    """The message names the bucket, and reports that watermark.json could not be written."""
    filled.edit(f"bucket: {filled.bucket}", "bucket: no-such-bucket")
    assert refused(filled) == (
        5,
        (
            "The bucket does not exist\n"
            "  where: s3://no-such-bucket/t/test/shop/DATABASE.orders/watermark.json\n"
            "  expected: bucket no-such-bucket\n"
            "  found: no such bucket\n"
            "  what to do: Create it, or correct lake.bucket in the pipeline's YAML.\n"
            "The failure could not be recorded in watermark.json: The bucket does not exist\n"
        ),
    )


@pytest.fixture
def unsynced(shop: Shop) -> Iterator[Shop]:
    """Yield a shop that never ran; afterwards assert that the failed first run created no object and no table."""
    shop.orders(1, 3)
    yield shop
    shop.connect("redshift")
    assert shop.objects() == {}
    assert shop.target_tables() == set()


def test_a_password_that_redshift_rejects_is_reported(unsynced: Shop) -> None:
    """Exit code 2. The message does not contain the password."""
    unsynced.connect("redshift", password="hunter2")
    code, message = refused(unsynced)
    assert code == 2
    assert "hunter2" not in message
    assert message.startswith("Redshift refused the login\n  where: ")
    assert message.endswith("  what to do: Check the connection's login and password.\n")


def test_all_missing_privileges_at_the_target_are_reported(unsynced: Shop) -> None:
    user = f"u{secrets.token_hex(4)}"
    unsynced.target(f"CREATE USER {user} PASSWORD 'Abc1-{user}'")
    unsynced.target(f'CREATE SCHEMA "{unsynced.database}"')
    unsynced.connect("redshift", login=user, password=f"Abc1-{user}")
    try:
        assert refused(unsynced) == (
            2,
            (
                "The Redshift user lacks privileges that a load needs\n"
                "  where: shop: DATABASE.orders -> DATABASE.orders\n"
                "  found: no USAGE on schema DATABASE; no CREATE on schema DATABASE; "
                "schema ledger_DATABASE does not exist, and no CREATE on the database\n"
                "  what to do: Have an administrator grant them, or set another user in the connection.\n"
            ),
        )
    finally:
        unsynced.connect("redshift")
        unsynced.target(f"DROP USER {user}")


def test_invalid_yaml_is_refused_before_a_connection_is_opened(filled: Shop) -> None:
    """The source is unreachable, and the message does not mention it."""
    filled.edit("iam_role: ", "iam_rol: ")
    filled.connect("source", port=1)
    assert refused(filled) == (
        1,
        (
            "2 problems\n"
            "  pipelines/shop.yaml:4: target.iam_role: is missing\n"
            "  pipelines/shop.yaml:4: target.iam_rol: unknown key; did you mean iam_role?\n"
            "  where: pipelines/shop.yaml\n"
            "  what to do: Correct the YAML and check it with `airflow mysql-redshift lint`.\n"
        ),
    )


def test_a_failed_table_does_not_stop_the_others(shop: Shop) -> None:
    """Exit code 3. Each failed table reports its error: an invalid entry, a missing table."""
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
