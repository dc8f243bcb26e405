"""How the merge compares key columns in Redshift."""

from __future__ import annotations

import pytest

from mysql_redshift.core.sql import staging as staging_sql
from mysql_redshift.core.sql import target as target_sql
from mysql_redshift.core.sql.merge_keys import compared_keys
from mysql_redshift.core.sql.staging import Staging
from mysql_redshift.core.types.column import SourceColumn, SourceTable, TableSchema
from mysql_redshift.core.types.resolve_schema import resolve_schema
from tests.fakes.specs import spec

REF = spec().target
STAGING = Staging(load_id="x")


def schema(collation: str) -> TableSchema:
    """Return the schema of a table whose key is a text column and a number column."""
    text = SourceColumn(
        name="code",
        data_type="varchar",
        column_type="varchar(20)",
        nullable=False,
        character_length=20,
        octet_length=80,
        charset="utf8mb4",
        collation=collation,
    )
    number = SourceColumn(name="nr", data_type="int", column_type="int", nullable=False, precision=10)
    table = SourceTable(database="d", name="t", columns=(text, number), primary_key=("code", "nr"))
    return resolve_schema(table, spec())


@pytest.mark.parametrize(
    ("collation", "counts"),
    [
        ("utf8mb4_0900_ai_ci", True),
        ("utf8mb4_0900_bin", True),
        ("utf8mb4_nopad_bin", True),
        ("utf8mb4_uca1400_nopad_ai_ci", True),
        ("utf8mb4_general_ci", False),
        ("utf8mb4_bin", False),
        ("latin1_swedish_ci", False),
    ],
)
def test_the_collation_decides_whether_trailing_blanks_count(collation: str, counts: bool) -> None:
    """NO PAD: 'a' and 'a ' are different keys in every comparison. PAD SPACE: they are the same key."""
    found = schema(collation)
    suffix = "|| '|'"
    for sql in (
        target_sql.delete_matching(REF, STAGING.table, found),
        target_sql.count_matching_keys(REF, STAGING.table, found),
        staging_sql.count_keys(STAGING, found),
        staging_sql.keep_newest(STAGING, found.columns, found, None),
        target_sql.count_keys(REF, found),
    ):
        assert (suffix in sql) is counts, sql
    assert compared_keys(found, "t")[1] == 't."nr"'


def test_the_suffix_is_used_only_to_compare_keys() -> None:
    """The inserted value is the original one."""
    found = schema("utf8mb4_0900_ai_ci")
    assert "|| '|'" not in target_sql.insert(REF, STAGING.table, found.columns)
    assert [column.no_pad for column in found.columns] == [True, False]
