"""The data set of the demo on real servers."""

from __future__ import annotations

import pytest

from demo.dataset import DATABASE, Kind, Table
from demo.verifier.canonical import facts_query, mysql_dialect
from demo.verifier.facts import TableFacts
from devstack.status import MySQLStatus
from tests.stack.demo.conftest import connected

pytestmark = pytest.mark.stack


CHECKSUM = 34_853_908_173_378_378_318_092  # of every column of every table


def all_facts(server: MySQLStatus, tables: tuple[Table, ...]) -> list[TableFacts]:
    with connected(server) as connection, connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(facts_query(mysql_dialect(md5=False), DATABASE, table))
            found.append(TableFacts.of(table, cursor.fetchone() or ()))
        return found


def test_every_server_generates_identical_rows(filled: dict[str, MySQLStatus], small_tables: tuple[Table, ...]) -> None:
    """The rows depend only on their row numbers: MySQL and MariaDB generate identical rows at any time."""
    for flavor, server in filled.items():
        found = all_facts(server, small_tables)
        assert sum(column.checksum for facts in found for column in facts.columns) == CHECKSUM, flavor


def test_the_data_set_contains_the_documented_edge_cases(
    filled: dict[str, MySQLStatus], small_tables: tuple[Table, ...]
) -> None:
    """NULL and '' in one column, many equal timestamps, skewed merchants, keys above the largest signed integer, and
    a gap in the keys.
    """
    queries = {
        "SELECT COUNT(*) FROM customers WHERE email IS NULL": 1,
        "SELECT COUNT(*) FROM customers WHERE email = ''": 1,
        "SELECT COUNT(*) FROM customers WHERE email = 'null'": 1,
        "SELECT MAX(n) FROM (SELECT COUNT(*) n FROM orders GROUP BY updated_at) t": 100,
        "SELECT 100 * MAX(n) / SUM(n) FROM (SELECT COUNT(*) n FROM orders GROUP BY merchant_id) t": 40,
        "SELECT COUNT(*) FROM payments WHERE id < 9223372036854775807": 1,
        "SELECT COUNT(*) FROM payments WHERE id > 9223372036854775807": 1,
        "SELECT MAX(id) - COUNT(*) FROM orders": 1_000_000_000,
        "SELECT COUNT(*) FROM customers WHERE LENGTH(full_name) > CHAR_LENGTH(full_name)": 1,
    }
    with connected(next(iter(filled.values()))) as connection, connection.cursor() as cursor:
        cursor.execute(f"USE {DATABASE}")
        for query, least in queries.items():
            cursor.execute(query)
            row = cursor.fetchone()
            assert row is not None, query
            assert row[0] >= least, query


def test_every_kind_of_value_occurs(small_tables: tuple[Table, ...]) -> None:
    """A kind that no column has would not be verified."""
    assert {column.kind for table in small_tables for column in table.columns} == set(Kind)
