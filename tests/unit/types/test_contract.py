"""The type contract, row by row: the mapping of a source column to Parquet, staging and target."""

from __future__ import annotations

from typing import Any

import pytest

from mysql_redshift.core.types.column import Cell, Column
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.core.types.rules import RULES
from mysql_redshift.errors import ConfigurationError, SourceError
from tests.fakes.specs import spec
from tests.unit.types.builders import source_column, source_table

# (type at the source, further catalogue attributes) -> (cell, staging type, target type)
CONTRACT: list[tuple[str, dict[str, Any], Cell, str, str]] = [
    ("tinyint(1)", {}, Cell.INT16, "SMALLINT", "SMALLINT"),
    ("tinyint", {}, Cell.INT16, "SMALLINT", "SMALLINT"),
    ("tinyint unsigned", {}, Cell.INT16, "SMALLINT", "SMALLINT"),
    ("tinyint(1) unsigned", {}, Cell.INT16, "SMALLINT", "SMALLINT"),
    ("smallint", {}, Cell.INT16, "SMALLINT", "SMALLINT"),
    ("smallint unsigned", {}, Cell.INT32, "INTEGER", "INTEGER"),
    ("mediumint", {}, Cell.INT32, "INTEGER", "INTEGER"),
    ("mediumint unsigned", {}, Cell.INT32, "INTEGER", "INTEGER"),
    ("int", {}, Cell.INT32, "INTEGER", "INTEGER"),
    ("int(10) unsigned zerofill", {}, Cell.INT64, "BIGINT", "BIGINT"),
    ("bigint", {}, Cell.INT64, "BIGINT", "BIGINT"),
    ("bigint unsigned", {}, Cell.DECIMAL, "DECIMAL(20,0)", "DECIMAL(20,0)"),
    ("decimal(38,10)", {}, Cell.DECIMAL, "DECIMAL(38,10)", "DECIMAL(38,10)"),
    ("decimal(39,10)", {}, Cell.TEXT, "VARCHAR(42)", "VARCHAR(42)"),
    ("float", {}, Cell.FLOAT, "REAL", "REAL"),
    ("double", {}, Cell.DOUBLE, "DOUBLE PRECISION", "DOUBLE PRECISION"),
    ("bit(1)", {}, Cell.BOOL, "BOOLEAN", "BOOLEAN"),
    ("bit(63)", {}, Cell.INT64, "BIGINT", "BIGINT"),
    ("bit(64)", {}, Cell.DECIMAL, "DECIMAL(20,0)", "DECIMAL(20,0)"),
    ("char(3)", {"charset": "ascii"}, Cell.TEXT, "VARCHAR(3)", "VARCHAR(3)"),
    ("varchar(10)", {"charset": "latin1"}, Cell.TEXT, "VARCHAR(30)", "VARCHAR(30)"),
    ("varchar(10)", {"charset": "utf8mb3"}, Cell.TEXT, "VARCHAR(30)", "VARCHAR(30)"),
    ("varchar(10)", {"charset": "ucs2"}, Cell.TEXT, "VARCHAR(30)", "VARCHAR(30)"),
    ("varchar(10)", {"charset": "utf8mb4"}, Cell.TEXT, "VARCHAR(40)", "VARCHAR(40)"),
    ("varchar(10)", {"charset": "utf16"}, Cell.TEXT, "VARCHAR(40)", "VARCHAR(40)"),
    ("varchar(10)", {"charset": "a set of tomorrow"}, Cell.TEXT, "VARCHAR(40)", "VARCHAR(40)"),
    ("varchar(20000)", {"charset": "utf8mb4"}, Cell.TEXT, "VARCHAR(65535)", "VARCHAR(65535)"),
    ("char(0)", {}, Cell.TEXT, "VARCHAR(1)", "VARCHAR(1)"),
    ("enum('a','bc')", {"character_length": 2}, Cell.TEXT, "VARCHAR(8)", "VARCHAR(8)"),
    ("set('a','bc')", {"character_length": 4}, Cell.TEXT, "VARCHAR(16)", "VARCHAR(16)"),
    ("tinytext", {"charset": "latin1"}, Cell.TEXT, "VARCHAR(765)", "VARCHAR(765)"),
    ("text", {}, Cell.TEXT, "VARCHAR(65535)", "VARCHAR(65535)"),
    ("longtext", {}, Cell.TEXT, "VARCHAR(65535)", "VARCHAR(65535)"),
    ("binary(16)", {}, Cell.BYTES, "VARBYTE(16)", "VARBYTE(16)"),
    ("longblob", {"octet_length": 4_294_967_295}, Cell.BYTES, "VARBYTE(16777216)", "VARBYTE(16777216)"),
    ("date", {}, Cell.DATE, "DATE", "DATE"),
    ("datetime(6)", {}, Cell.TIMESTAMP, "TIMESTAMP", "TIMESTAMP"),
    ("timestamp", {}, Cell.TIMESTAMP, "TIMESTAMP", "TIMESTAMP"),
    ("time(6)", {}, Cell.TEXT, "VARCHAR(17)", "VARCHAR(17)"),
    ("year", {}, Cell.INT16, "SMALLINT", "SMALLINT"),
    ("json", {}, Cell.TEXT, "VARCHAR(65535)", "SUPER"),
    ("geometry", {}, Cell.TEXT, "VARCHAR(65535)", "VARCHAR(65535)"),
    ("uuid", {}, Cell.TEXT, "VARCHAR(36)", "VARCHAR(36)"),
    ("inet4", {}, Cell.TEXT, "VARCHAR(15)", "VARCHAR(15)"),
    ("inet6", {}, Cell.TEXT, "VARCHAR(45)", "VARCHAR(45)"),
    ("vector(3)", {"octet_length": 12}, Cell.BYTES, "VARBYTE(12)", "VARBYTE(12)"),
]

# (type, policy) -> (cell, staging type, target type, insert)
OPTIONS: list[tuple[str, dict[str, str], Cell, str, str, str]] = [
    ("tinyint(1)", {"tinyint1": "boolean"}, Cell.BOOL, "BOOLEAN", "BOOLEAN", "{name}"),
    ("tinyint(1)", {"smallint": "integer"}, Cell.INT32, "INTEGER", "INTEGER", "{name}"),
    ("tinyint unsigned", {"smallint": "integer"}, Cell.INT32, "INTEGER", "INTEGER", "{name}"),
    ("smallint", {"smallint": "integer"}, Cell.INT32, "INTEGER", "INTEGER", "{name}"),
    ("year", {"smallint": "integer"}, Cell.INT32, "INTEGER", "INTEGER", "{name}"),
    ("bigint unsigned", {"bigint_unsigned": "bigint"}, Cell.INT64, "BIGINT", "BIGINT", "{name}"),
    ("timestamp", {"timestamp": "timestamptz"}, Cell.TIMESTAMP_UTC, "TIMESTAMPTZ", "TIMESTAMPTZ", "{name}"),
    ("time", {"time": "microseconds"}, Cell.INT64, "BIGINT", "BIGINT", "{name}"),
    ("time", {"time": "time"}, Cell.TEXT, "VARCHAR(17)", "TIME", "CAST({name} AS TIME)"),
    ("json", {}, Cell.TEXT, "VARCHAR(65535)", "SUPER", "JSON_PARSE({name})"),
    ("json", {"json": "varchar"}, Cell.TEXT, "VARCHAR(65535)", "VARCHAR(65535)", "{name}"),
    ("point", {"geometry": "wkb"}, Cell.BYTES, "VARBYTE(16777216)", "VARBYTE(16777216)", "{name}"),
]


def resolved(column_type: str, policies: dict[str, str] | None = None, **catalogue: Any) -> Column:
    table = source_table(source_column("c", column_type, **catalogue))
    return resolve_schema(table, spec(policies=policies or {})).column("c")


@pytest.mark.parametrize(("column_type", "catalogue", "cell", "staging", "redshift"), CONTRACT)
def test_each_type_maps_as_the_contract_defines(
    column_type: str, catalogue: dict[str, Any], cell: Cell, staging: str, redshift: str
) -> None:
    """This holds if no policy is declared."""
    column = resolved(column_type, **catalogue)
    assert (column.cell, column.staging_type, column.redshift_type) == (cell, staging, redshift)


@pytest.mark.parametrize(("column_type", "policies", "cell", "staging", "redshift", "insert"), OPTIONS)
def test_a_policy_changes_the_mapping_of_a_type(
    column_type: str, policies: dict[str, str], cell: Cell, staging: str, redshift: str, insert: str
) -> None:
    """The policy determines the cell, both types and the merge expression."""
    column = resolved(column_type, policies)
    assert (column.cell, column.staging_type, column.redshift_type, column.insert) == (cell, staging, redshift, insert)


def test_every_rule_of_the_contract_has_a_case() -> None:
    """A rule without a case above would be untested."""
    reached = {resolved(kind, **catalogue).rule for kind, catalogue, *_ in CONTRACT}
    assert reached == {rule.name for rule in RULES}


def test_a_table_may_have_one_column_less_than_redshift_allows() -> None:
    """Redshift allows 1,600 columns, and a staging table has one more than its target."""
    columns = [source_column(f"c{number}", "int") for number in range(1600)]
    assert len(resolve_schema(source_table(*columns[:1599]), spec()).columns) == 1599
    with pytest.raises(ConfigurationError, match="number of columns"):
        resolve_schema(source_table(*columns), spec())


def test_an_unsupported_type_is_refused_with_a_remedy() -> None:
    """The error names the column and how to exclude it."""
    with pytest.raises(SourceError) as error:
        resolved("hologram")
    assert "c hologram" in str(error.value)
    assert "columns.exclude" in str(error.value)


def test_a_decimal_carries_precision_and_scale() -> None:
    """Parquet needs both."""
    column = resolved("decimal(12,2)")
    assert (column.precision, column.scale) == (12, 2)


def test_a_float_is_read_as_a_double() -> None:
    """The server prints six digits of a FLOAT but all of a DOUBLE. Multiplication by 1 keeps the sign of zero."""
    assert resolved("float").select == "{name}*1e0"


@pytest.mark.parametrize(("policy", "nullable"), [("null", True), ("fail", False), ("1970-01-01", False)])
def test_a_policy_that_loads_null_makes_the_column_nullable(policy: str, nullable: bool) -> None:
    """A NOT NULL date whose zero value is loaded as NULL cannot be NOT NULL in the target."""
    column = resolved("date", {"zero_date": policy}, nullable=False)
    assert column.nullable is nullable


def test_a_null_policy_means_fail_in_a_key_column() -> None:
    """The default policy for zero dates would load keys as NULL and lose rows."""
    table = source_table(source_column("day", "date", nullable=False), primary_key=("day",))
    column = resolve_schema(table, spec()).column("day")
    assert dict(column.policies)["zero_date"] == "fail"
    assert not column.nullable
