"""Every type, value by value, from both servers to Parquet, compared with the text that the servers print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core.types.rules import RULES, rule_of
from tests.types.cases import CASES, Case
from tests.types.round_trip import create_table, round_trip, server_values

pytestmark = [pytest.mark.stack, pytest.mark.types]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_value_arrives_exactly_in_parquet(
    case: Case, mysql_server: Any, admin: Any, source: MySQLSource, database: str, tmp_path: Path
) -> None:
    """Minimum, maximum, zero, NULL and unusual values are equal in Parquet and at the source."""
    if mysql_server.flavor not in case.servers:
        assert case.servers, "no server has this type"
        return
    create_table(admin, case)
    parquet = round_trip(source, database, tmp_path, policies=dict(case.policies))
    found = [None if value is None else case.to_text(value) for value in parquet.columns["c"]]
    assert found == server_values(admin, case, flavor=mysql_server.flavor)
    assert len(found) == len(case.values) + 1
    assert parquet.policy_counts == {}


# Types that one server lacks, and aliases that its catalogue does not report.
FOREIGN = {
    "mysql": {"uuid", "inet4", "inet6", "integer", "geometrycollection"},
    "mariadb": {"vector", "integer", "geomcollection"},
}


def test_every_supported_type_has_a_case(admin: Any, source: MySQLSource, database: str, mysql_server: Any) -> None:
    """Every rule, and every type of a rule, is covered by a case."""
    covered = set()
    for number, case in enumerate(c for c in CASES if mysql_server.flavor in c.servers):
        with admin.cursor() as cursor:
            cursor.execute(f"CREATE TABLE t{number} (id INT PRIMARY KEY, c {case.type})")
        column = source.describe(database, f"t{number}").columns[1]
        rule = rule_of(column)
        covered.add((rule.name if rule else case.name, column.data_type))
    supported = {(rule.name, kind) for rule in RULES for kind in rule.types if kind not in FOREIGN[mysql_server.flavor]}
    assert covered == supported
