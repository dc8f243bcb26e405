"""Random tables with random rows arrive exactly. TYPES_SEED and TYPES_TABLES set the seed and the number of tables."""

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
from tests.types.random_columns import Collations
from tests.types.random_table import RandomTable, random_table
from tests.types.round_trip import round_trip, server_values
from tests.types.target_comparison import differences

pytestmark = [pytest.mark.stack, pytest.mark.types]

SEED = int(os.environ.get("TYPES_SEED", "20261123"))
TABLES = int(os.environ.get("TYPES_TABLES", "12"))
TARGETS = max(1, TABLES // 6)  # a full sync takes longer, so it gets fewer but wider tables


def create_random_table(connection: Any, seed: str, width: tuple[int, int]) -> RandomTable:
    """Create a random table ``t`` on the server and return it."""
    rng = random.Random(seed)
    table = random_table(rng, rng.randint(*width), collations(connection))
    for statement in table.statements():
        execute(connection, statement)
    return table


def collations(connection: Any) -> Collations:
    """Return every collation of the server, by character set."""
    found = defaultdict(list)
    listed = "SELECT CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLLATIONS ORDER BY COLLATION_NAME"
    for charset, name in execute(connection, listed):
        found[charset].append(name)
    return {charset: tuple(names) for charset, names in found.items()}


@pytest.mark.parametrize("number", range(TABLES))
def test_a_random_table_arrives_exactly_in_parquet(
    number: int, mysql_server: Any, admin: Any, source: MySQLSource, database: str, tmp_path: Path
) -> None:
    """Types, lengths, character sets, collations, nullability, generated columns and names are random."""
    table = create_random_table(admin, f"{SEED}-{number}", (1, 10))
    parquet = round_trip(source, database, tmp_path)
    assert len(parquet.columns) == 1 + len(table.cases)
    for found, (name, case) in zip(list(parquet.columns.values())[1:], table.cases.items(), strict=True):
        expected = server_values(admin, case, flavor=mysql_server.flavor, column=mysql_name(name))
        assert [None if value is None else case.to_text(value) for value in found] == expected, case.type
    assert parquet.policy_counts == {}


@pytest.mark.parametrize("number", range(TARGETS))
def test_a_random_table_arrives_exactly_in_the_target(number: int, mysql_server: Any, pipeline: TablePipeline) -> None:
    """The same through S3, COPY, staging and merge."""
    table = create_random_table(pipeline.mysql, f"{SEED}-target-{number}", (30, 40))
    pipeline.change(
        source=replace(pipeline.spec.source, table="t"), target=replace(pipeline.spec.target, table="t"), cursor=None
    )
    planned = pipeline.plan()
    assert planned.table_schema is not None
    pipeline.sync()
    assert differences(pipeline, planned.table_schema, table.cases, flavor=mysql_server.flavor) == {}
