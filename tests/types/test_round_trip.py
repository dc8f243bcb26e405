"""Every type, value by value, from both servers into Parquet, compared with what the servers themselves say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core.types.rules import RULES, rule_of
from tests.types.cases import CASES, Case
from tests.types.round_trip import as_the_server_says, fill, travel

pytestmark = [pytest.mark.stack, pytest.mark.types]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_value_arrives_exactly(
    case: Case, mysql_server: Any, admin: Any, source: MySQLSource, database: str, tmp_path: Path
) -> None:
    """Smallest, largest, zero, NULL and odd values are in Parquet what they are at the source."""
    if mysql_server.flavor not in case.servers:
        assert case.servers, "this server has no such type, another one has"
        return
    fill(admin, case)
    travelled = travel(source, database, tmp_path, policies=dict(case.policies))
    found = [None if value is None else case.told(value) for value in travelled.columns["c"]]
    assert found == as_the_server_says(admin, case, flavor=mysql_server.flavor)
    assert len(found) == len(case.values) + 1
    assert travelled.policy_counts == {}


# Types that one server lacks, and second names that its catalogue does not say.
FOREIGN = {
    "mysql": {"uuid", "inet4", "inet6", "integer", "geometrycollection"},
    "mariadb": {"vector", "integer", "geomcollection"},
}


def test_every_type_the_code_knows_has_a_case(
    admin: Any, source: MySQLSource, database: str, mysql_server: Any
) -> None:
    """A rule, or a type of a rule, that no case covers fails here."""
    reached = set()
    for number, case in enumerate(c for c in CASES if mysql_server.flavor in c.servers):
        with admin.cursor() as cursor:
            cursor.execute(f"CREATE TABLE t{number} (id INT PRIMARY KEY, c {case.type})")
        column = source.describe(database, f"t{number}").columns[1]
        rule = rule_of(column)
        reached.add((rule.name if rule else case.name, column.data_type))
    known = {(rule.name, kind) for rule in RULES for kind in rule.types if kind not in FOREIGN[mysql_server.flavor]}
    assert reached == known
