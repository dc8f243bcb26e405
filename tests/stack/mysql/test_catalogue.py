"""What the catalogue says of a table, and the one clear message where it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource
from mysql_redshift.errors import AccessDenied, SourceError
from tests.stack.mysql.conftest import Connect, execute

pytestmark = pytest.mark.stack


@pytest.fixture
def limited(address: MySQLAddress, connect: Connect, database: str) -> Iterator[MySQLSource]:
    """A source whose account may do nothing but connect."""
    user = f"u_{database[2:]}"
    execute(connect(), f"CREATE USER {user}@'%' IDENTIFIED BY 'secret-{user}'")
    source = MySQLSource(MySQLAddress(host=address.host, port=address.port, user=user, password=f"secret-{user}"))
    yield source
    source.close()
    execute(connect(), f"DROP USER {user}@'%'")


def test_columns_come_in_order_with_every_kind(admin: Any, source: MySQLSource, database: str) -> None:
    """Generated, invisible and oddly named columns are columns like others."""
    execute(
        admin,
        """CREATE TABLE t (id INT PRIMARY KEY, `we ird``"` INT NOT NULL, twice INT AS (id * 2) STORED,
                      hidden INT INVISIBLE, at DATETIME(3), v VARCHAR(7) CHARACTER SET latin1)""",
    )
    columns = source.describe(database, "t").columns
    assert [c.name for c in columns] == ["id", 'we ird`"', "twice", "hidden", "at", "v"]
    assert [c.nullable for c in columns] == [False, False, True, True, True, True]
    assert (columns[4].datetime_precision, columns[5].character_length, columns[5].charset) == (3, 7, "latin1")


def test_json_is_json_on_both_servers(admin: Any, source: MySQLSource, database: str) -> None:
    """MariaDB keeps it as LONGTEXT with a check, which tells it from other text."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY, doc JSON, txt LONGTEXT)")
    assert [c.data_type for c in source.describe(database, "t").columns] == ["int", "json", "longtext"]


def test_keys_are_the_primary_and_unique_ones_of_not_null_columns(
    admin: Any, source: MySQLSource, database: str
) -> None:
    """A unique key that may hold NULL tells no rows apart."""
    execute(
        admin,
        """CREATE TABLE t (b INT, a INT, c INT NOT NULL, d INT NOT NULL, e INT, PRIMARY KEY (a, b),
                      UNIQUE u1 (d, c), UNIQUE u2 (e), KEY plain (c))""",
    )
    table = source.describe(database, "t")
    assert table.primary_key == ("a", "b")
    assert table.unique_keys == (("d", "c"),)


def test_a_view_has_columns_and_no_key(admin: Any, source: MySQLSource, database: str) -> None:
    """It can be appended or replaced."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY)")
    execute(admin, "CREATE VIEW v AS SELECT id, id + 1 AS more FROM t")
    table = source.describe(database, "v")
    assert (table.kind, table.primary_key, [c.name for c in table.columns]) == ("VIEW", (), ["id", "more"])


def test_names_with_every_quote_are_found_and_do_nothing_else(admin: Any, source: MySQLSource, database: str) -> None:
    """A table's name is a value of the catalogue's queries."""
    odd = """o'dd\\ `"; DROP TABLE t; -- """.strip()
    quoted = odd.replace("`", "``")
    execute(admin, f"CREATE TABLE `{quoted}` (id INT PRIMARY KEY)")
    assert source.describe(database, odd).columns[0].name == "id"


def test_a_missing_table_names_what_is_close(admin: Any, source: MySQLSource, database: str) -> None:
    """One clear message: what is missing, where, and what was perhaps meant."""
    execute(admin, "CREATE TABLE order_items (id INT PRIMARY KEY)")
    with pytest.raises(SourceError) as error:
        source.describe(database, "order_item")
    text = str(error.value)
    assert "The table does not exist" in text
    assert f"{database}.order_item" in text
    assert "close to it: order_items" in text


def test_a_missing_database_names_what_is_close(source: MySQLSource, database: str) -> None:
    """The same for the database."""
    with pytest.raises(SourceError) as error:
        source.describe(f"{database}x", "orders")
    assert "The database does not exist" in str(error.value)
    assert f"close to it: {database}" in str(error.value)


def test_no_privilege_names_the_table_and_the_grant(limited: MySQLSource, admin: Any, database: str) -> None:
    """The message is the statement that an administrator runs."""
    execute(admin, "CREATE TABLE orders (id INT PRIMARY KEY)")
    with pytest.raises(AccessDenied) as error:
        limited.describe(database, "orders")
    text = str(error.value)
    assert f"table {database}.orders" in text
    assert f"GRANT SELECT ON `{database}`.`orders`" in text
    assert "secret-" not in text


def test_a_privilege_to_write_is_none_to_read(
    limited: MySQLSource, connect: Connect, admin: Any, database: str
) -> None:
    """The catalogue shows columns that may only be inserted into; they must not pass for readable ones."""
    execute(admin, "CREATE TABLE orders (id INT PRIMARY KEY)")
    execute(connect(), f"GRANT INSERT ON {database}.orders TO u_{database[2:]}@'%'")
    with pytest.raises(AccessDenied, match="GRANT SELECT"):
        limited.describe(database, "orders")


def test_select_alone_is_enough(limited: MySQLSource, connect: Connect, admin: Any, database: str) -> None:
    """No other privilege is needed to describe and read."""
    execute(admin, "CREATE TABLE orders (id INT PRIMARY KEY)")
    execute(connect(), f"GRANT SELECT ON {database}.orders TO u_{database[2:]}@'%'")
    assert limited.describe(database, "orders").primary_key == ("id",)
    with limited.snapshot() as snapshot:
        assert snapshot.query(f"SELECT COUNT(*) FROM {database}.orders") == [(0,)]
