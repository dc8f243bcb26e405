"""A table's definition from the catalogue, and the error if it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.adapters.mysql import MySQLAddress, MySQLSource
from mysql_redshift.errors import AccessDenied, SourceError
from tests.stack.mysql.conftest import Connect, execute

pytestmark = pytest.mark.stack


@pytest.fixture
def limited(address: MySQLAddress, connect: Connect, database: str) -> Iterator[MySQLSource]:
    """A source whose account may connect and nothing else."""
    user = f"u_{database[2:]}"
    execute(connect(), f"CREATE USER {user}@'%' IDENTIFIED BY 'secret-{user}'")
    source = MySQLSource(MySQLAddress(host=address.host, port=address.port, user=user, password=f"secret-{user}"))
    yield source
    source.close()
    execute(connect(), f"DROP USER {user}@'%'")


def test_columns_of_every_kind_are_returned_in_order(admin: Any, source: MySQLSource, database: str) -> None:
    """Generated and invisible columns, and columns with unusual names, are included."""
    execute(
        admin,
        """CREATE TABLE t (id INT PRIMARY KEY, `we ird``"` INT NOT NULL, twice INT AS (id * 2) STORED,
                      hidden INT INVISIBLE, at DATETIME(3), v VARCHAR(7) CHARACTER SET latin1)""",
    )
    columns = source.describe(database, "t").columns
    assert [c.name for c in columns] == ["id", 'we ird`"', "twice", "hidden", "at", "v"]
    assert [c.nullable for c in columns] == [False, False, True, True, True, True]
    assert (columns[4].datetime_precision, columns[5].character_length, columns[5].charset) == (3, 7, "latin1")


def test_a_json_column_has_the_type_json_on_both_servers(admin: Any, source: MySQLSource, database: str) -> None:
    """MariaDB stores JSON as LONGTEXT with a CHECK constraint, which distinguishes it from other text."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY, doc JSON, txt LONGTEXT)")
    assert [c.data_type for c in source.describe(database, "t").columns] == ["int", "json", "longtext"]


def test_a_check_that_allows_other_text_makes_no_json_column(
    admin: Any, source: MySQLSource, database: str, mysql_server: MySQLStatus
) -> None:
    """Text that is no JSON would fail every load, and JSON_PARSE would change what is."""
    if mysql_server.flavor != "mariadb":
        pytest.skip("MySQL has a type JSON")
    text = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    checked = {
        "genuine": "JSON",
        "`odd ``name`": "JSON",
        "either": f"{text} CHECK (json_valid(either) OR either = '')",
        "joint": f"{text} CHECK (json_valid(joint) AND id > 0)",
        "other": f"{text} CHECK (json_valid(genuine))",
        "short": "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin CHECK (json_valid(short))",
        "latin": "LONGTEXT CHARACTER SET latin1 CHECK (json_valid(latin))",
    }
    execute(admin, f"CREATE TABLE t (id INT, {', '.join(f'{name} {kind}' for name, kind in checked.items())})")
    found = {c.name: c.data_type for c in source.describe(database, "t").columns}
    assert [name for name, kind in found.items() if kind == "json"] == ["genuine", "odd `name"]


def test_only_primary_keys_and_unique_keys_of_not_null_columns_are_keys(
    admin: Any, source: MySQLSource, database: str
) -> None:
    """Several rows may have NULL in a nullable unique key, so it does not identify a row."""
    execute(
        admin,
        """CREATE TABLE t (b INT, a INT, c INT NOT NULL, d INT NOT NULL, e INT, PRIMARY KEY (a, b),
                      UNIQUE u1 (d, c), UNIQUE u2 (e), KEY plain (c))""",
    )
    table = source.describe(database, "t")
    assert table.primary_key == ("a", "b")
    assert table.unique_keys == (("d", "c"),)


def test_a_view_has_columns_and_no_key(admin: Any, source: MySQLSource, database: str) -> None:
    """A view can be a source of append and replace."""
    execute(admin, "CREATE TABLE t (id INT PRIMARY KEY)")
    execute(admin, "CREATE VIEW v AS SELECT id, id + 1 AS more FROM t")
    table = source.describe(database, "v")
    assert (table.kind, table.primary_key, [c.name for c in table.columns]) == ("VIEW", (), ["id", "more"])


def test_a_table_name_with_every_kind_of_quote_is_found(admin: Any, source: MySQLSource, database: str) -> None:
    """A table name is only ever a quoted value in the catalogue's queries."""
    odd = """o'dd\\ `"; DROP TABLE t; -- """.strip()
    quoted = odd.replace("`", "``")
    execute(admin, f"CREATE TABLE `{quoted}` (id INT PRIMARY KEY)")
    assert source.describe(database, odd).columns[0].name == "id"


def test_the_error_for_a_missing_table_lists_similar_names(admin: Any, source: MySQLSource, database: str) -> None:
    """The message names the missing table and similar existing ones."""
    execute(admin, "CREATE TABLE order_items (id INT PRIMARY KEY)")
    with pytest.raises(SourceError) as error:
        source.describe(database, "order_item")
    text = str(error.value)
    assert "The table does not exist" in text
    assert f"{database}.order_item" in text
    assert "similar names: order_items" in text


def test_the_error_for_a_missing_database_lists_similar_names(source: MySQLSource, database: str) -> None:
    with pytest.raises(SourceError) as error:
        source.describe(f"{database}x", "orders")
    assert "The database does not exist" in str(error.value)
    assert f"similar names: {database}" in str(error.value)


def test_the_error_for_a_missing_privilege_contains_the_grant(limited: MySQLSource, admin: Any, database: str) -> None:
    """An administrator can run the GRANT as it is."""
    execute(admin, "CREATE TABLE orders (id INT PRIMARY KEY)")
    with pytest.raises(AccessDenied) as error:
        limited.describe(database, "orders")
    text = str(error.value)
    assert f"table {database}.orders" in text
    assert f"GRANT SELECT ON `{database}`.`orders`" in text
    assert "secret-" not in text


def test_a_write_privilege_does_not_allow_reading(
    limited: MySQLSource, connect: Connect, admin: Any, database: str
) -> None:
    """The catalogue also shows columns on which the account only has INSERT; they are not readable."""
    execute(admin, "CREATE TABLE orders (id INT PRIMARY KEY)")
    execute(connect(), f"GRANT INSERT ON {database}.orders TO u_{database[2:]}@'%'")
    with pytest.raises(AccessDenied, match="GRANT SELECT"):
        limited.describe(database, "orders")


def test_select_is_the_only_privilege_needed(limited: MySQLSource, connect: Connect, admin: Any, database: str) -> None:
    """Describe and snapshot work with SELECT on the table alone."""
    execute(admin, "CREATE TABLE orders (id INT PRIMARY KEY)")
    execute(connect(), f"GRANT SELECT ON {database}.orders TO u_{database[2:]}@'%'")
    assert limited.describe(database, "orders").primary_key == ("id",)
    with limited.snapshot() as snapshot:
        assert snapshot.query(f"SELECT COUNT(*) FROM {database}.orders") == [(0,)]
