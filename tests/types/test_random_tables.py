"""Random tables with random rows arrive exactly; TYPES_SEED and TYPES_TABLES choose others and more."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mysql_redshift.adapters.mysql import MySQLSource
from mysql_redshift.core.quoting import mysql_name
from tests.stack.mysql.conftest import execute
from tests.table_pipeline import TablePipeline
from tests.types.in_target import differences
from tests.types.random_columns import Collations
from tests.types.random_table import RandomTable, random_table
from tests.types.round_trip import as_the_server_says, travel

pytestmark = [pytest.mark.stack, pytest.mark.types]

SEED = int(os.environ.get("TYPES_SEED", "20261123"))
TABLES = int(os.environ.get("TYPES_TABLES", "12"))
TARGETS = max(1, TABLES // 6)  # the whole way takes longer, so fewer and wider tables go it


def drawn(connection: Any, seed: str, width: tuple[int, int]) -> RandomTable:
    """Make a random table ``t`` on the server."""
    rng = random.Random(seed)
    table = random_table(rng, rng.randint(*width), collations(connection))
    for statement in table.statements():
        execute(connection, statement)
    return table


def collations(connection: Any) -> Collations:
    """Every collation of the server, by character set."""
    found = defaultdict(list)
    listed = "SELECT CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLLATIONS ORDER BY COLLATION_NAME"
    for charset, name in execute(connection, listed):
        found[charset].append(name)
    return {charset: tuple(names) for charset, names in found.items()}


@pytest.mark.parametrize("number", range(TABLES))
def test_a_random_table_arrives_exactly(
    number: int, mysql_server: Any, admin: Any, source: MySQLSource, database: str, tmp_path: Path
) -> None:
    """Types, lengths, character sets, collations, nullability, generation and names at random: each value arrives."""
    table = drawn(admin, f"{SEED}-{number}", (1, 10))
    travelled = travel(source, database, tmp_path)
    assert len(travelled.columns) == 1 + len(table.cases)
    for found, (name, case) in zip(list(travelled.columns.values())[1:], table.cases.items(), strict=True):
        expected = as_the_server_says(admin, case, flavor=mysql_server.flavor, column=mysql_name(name))
        assert [None if value is None else case.told(value) for value in found] == expected, case.type
    assert travelled.policy_counts == {}


@pytest.mark.parametrize("number", range(TARGETS))
def test_a_random_table_arrives_in_the_target(number: int, mysql_server: Any, pipeline: TablePipeline) -> None:
    """The same through S3, COPY, staging and merge: what the target holds is what the source says."""
    table = drawn(pipeline.mysql, f"{SEED}-target-{number}", (30, 40))
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"), target=replace(pipeline.spec.target, table="t"), cursor=None
    )
    planned = pipeline.plan()
    assert planned.table_schema is not None
    pipeline.sync()
    assert differences(pipeline, planned.table_schema, table.cases, flavor=mysql_server.flavor) == {}
