"""Random tables with random rows arrive exactly; TYPES_SEED and TYPES_TABLES choose others and more."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core.quoting import mysql_name
from tests.stack.mysql.conftest import execute
from tests.types.random_tables import ROWS, random_case
from tests.types.round_trip import as_the_server_says, travel
from tests.types.test_names import COLUMNS

pytestmark = [pytest.mark.stack, pytest.mark.types]

SEED = int(os.environ.get("TYPES_SEED", "20261123"))
TABLES = int(os.environ.get("TYPES_TABLES", "12"))


@pytest.mark.parametrize("number", range(TABLES))
def test_a_random_table_arrives_exactly(
    number: int, mysql_server: Any, admin: Any, source: MySQLSource, database: str, tmp_path: Path
) -> None:
    """Types, lengths, character sets, nullability and names at random: every value is the server's."""
    rng = random.Random(f"{SEED}-{number}")
    names = rng.sample(COLUMNS, rng.randint(1, 10))
    cases = [random_case(rng, name) for name in names]
    required = [rng.random() < 0.3 and "NULL" not in case.type for case in cases]
    columns = ", ".join(
        f"{mysql_name(case.name)} {case.type}{' NOT NULL' if must else ''}"
        for case, must in zip(cases, required, strict=True)
    )
    execute(admin, f"CREATE TABLE t (id INT PRIMARY KEY, {columns}, twice BIGINT AS (id * 2) STORED)")
    for row in range(ROWS):
        listed = ", ".join(["id", *(mysql_name(name) for name in names)])
        execute(admin, f"INSERT INTO t ({listed}) VALUES ({row}, {', '.join(case.values[row] for case in cases)})")
    travelled = travel(source, database, tmp_path)
    assert travelled.columns["twice"] == [row * 2 for row in range(ROWS)]
    for position, case in enumerate(cases, start=1):
        found = list(travelled.columns.values())[position]
        expected = as_the_server_says(admin, case, flavor=mysql_server.flavor, column=mysql_name(case.name))
        assert [None if value is None else case.told(value) for value in found] == expected, case.type
    assert travelled.touched == {}
