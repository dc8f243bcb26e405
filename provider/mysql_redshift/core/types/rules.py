"""The type contract as a table: one rule per kind of column, with its mapping to Parquet and Redshift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mysql_redshift.core.types import shapes
from mysql_redshift.core.types.column import Cell, SourceColumn
from mysql_redshift.core.types.policy import Choices
from mysql_redshift.core.types.shapes import Shape


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the contract: the MySQL types it matches, its policies, and the function that maps a column."""

    name: str
    types: tuple[str, ...]
    becomes: Callable[[SourceColumn, Choices], Shape]
    note: str
    policies: tuple[str, ...] = ()
    where: Callable[[SourceColumn], bool] = lambda _: True

    def matches(self, column: SourceColumn) -> bool:
        """Whether this rule applies to the column, given that no earlier rule does."""
        return column.data_type in self.types and self.where(column)


def _always(shape: Shape) -> Callable[[SourceColumn, Choices], Shape]:
    return lambda _, __: shape


def _is_tinyint1(column: SourceColumn) -> bool:
    return column.column_type.lower().startswith("tinyint(1)") and not shapes.unsigned(column)


GEOMETRY_TYPES = (
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geomcollection",
    "geometrycollection",
)

# The first rule that matches a column applies.
RULES: tuple[Rule, ...] = (
    Rule(
        name="tinyint(1)",
        types=("tinyint",),
        where=_is_tinyint1,
        policies=("tinyint1", "smallint"),
        becomes=lambda column, choices: (
            shapes.BOOLEAN if choices["tinyint1"] == "boolean" else shapes.small_column(column, choices)
        ),
        note="Holds -128 to 127 regardless of its display width.",
    ),
    Rule(
        name="tinyint",
        types=("tinyint",),
        policies=("smallint",),
        becomes=shapes.small_column,
        note="Also UNSIGNED.",
    ),
    Rule(
        name="smallint",
        types=("smallint",),
        policies=("smallint",),
        becomes=lambda column, choices: (
            shapes.INTEGER if shapes.unsigned(column) else shapes.small_column(column, choices)
        ),
        note="UNSIGNED needs an INTEGER.",
    ),
    Rule(name="mediumint", types=("mediumint",), becomes=_always(shapes.INTEGER), note="Also UNSIGNED."),
    Rule(
        name="int",
        types=("int", "integer"),
        becomes=lambda column, _: shapes.BIGINT if shapes.unsigned(column) else shapes.INTEGER,
        note="UNSIGNED needs a BIGINT.",
    ),
    Rule(
        name="bigint unsigned",
        types=("bigint",),
        where=shapes.unsigned,
        policies=("bigint_unsigned",),
        becomes=lambda _, choices: shapes.BIGINT if choices["bigint_unsigned"] == "bigint" else shapes.decimal(20),
        note="Redshift has no unsigned integers.",
    ),
    Rule(name="bigint", types=("bigint",), becomes=_always(shapes.BIGINT), note=""),
    Rule(
        name="decimal over 38 digits",
        types=("decimal",),
        where=lambda column: (column.precision or 10) > 38,
        becomes=lambda column, _: shapes.varchar((column.precision or 65) + 3),
        note="Exact text: the digits plus a sign, a decimal point and a leading zero.",
    ),
    Rule(name="decimal", types=("decimal",), becomes=shapes.decimal_column, note="Same precision and scale."),
    Rule(
        name="float",
        types=("float",),
        becomes=_always(Shape(cell=Cell.FLOAT, redshift="REAL", select="{name}*1e0")),
        note="Bit-exact: read as a double, because the server prints only six digits of a FLOAT.",
    ),
    Rule(
        name="double",
        types=("double",),
        becomes=_always(Shape(cell=Cell.DOUBLE, redshift="DOUBLE PRECISION", select="{name}*1e0")),
        note="Bit-exact.",
    ),
    Rule(
        name="bit",
        types=("bit",),
        becomes=shapes.bit_column,
        note="BIT(1) becomes BOOLEAN, BIT(64) becomes DECIMAL(20,0).",
    ),
    Rule(
        name="text of a length",
        types=("char", "varchar", "enum", "set"),
        policies=("too_long", "nul_character"),
        becomes=shapes.sized_text_column,
        note="Wide enough for its characters in UTF-8, at most 65,535 bytes.",
    ),
    Rule(
        name="tinytext",
        types=("tinytext",),
        policies=("too_long", "nul_character"),
        becomes=shapes.tinytext_column,
        note="At most 255 characters.",
    ),
    Rule(
        name="text",
        types=("text", "mediumtext", "longtext"),
        policies=("too_long", "nul_character"),
        becomes=shapes.long_text_column,
        note="",
    ),
    Rule(
        name="binary",
        types=("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"),
        policies=("too_long",),
        becomes=shapes.octets_column,
        note="NUL bytes and invalid UTF-8 are kept; a Redshift row holds at most 4 MB.",
    ),
    Rule(
        name="date",
        types=("date",),
        policies=("zero_date",),
        becomes=_always(Shape(cell=Cell.DATE, redshift="DATE")),
        note="",
    ),
    Rule(
        name="datetime",
        types=("datetime",),
        policies=("zero_date",),
        becomes=_always(shapes.TIMESTAMP),
        note="The stored wall clock.",
    ),
    Rule(
        name="timestamp",
        types=("timestamp",),
        policies=("zero_date", "timestamp"),
        becomes=lambda _, choices: shapes.TIMESTAMPTZ if choices["timestamp"] == "timestamptz" else shapes.TIMESTAMP,
        note="In UTC, so daylight saving changes do not affect it.",
    ),
    Rule(
        name="time",
        types=("time",),
        policies=("time",),
        becomes=shapes.time_column,
        note="-838:59:59.999999 to 838:59:59.999999.",
    ),
    Rule(name="year", types=("year",), policies=("smallint",), becomes=shapes.small_column, note="0000 becomes 0."),
    Rule(
        name="json",
        types=("json",),
        policies=("json", "json_too_long", "json_duplicates"),
        becomes=shapes.json_column,
        note="Parsed in the merge, so that SUPER holds a document instead of a string.",
    ),
    Rule(
        name="geometry",
        types=GEOMETRY_TYPES,
        policies=("geometry", "geometry_too_long"),
        becomes=shapes.geometry_column,
        note="An SRID other than 0 is the prefix: SRID=4326;POINT(...), or as in extended WKB.",
    ),
    Rule(name="uuid", types=("uuid",), becomes=_always(shapes.varchar(36)), note="MariaDB only; text."),
    Rule(name="inet4", types=("inet4",), becomes=_always(shapes.varchar(15)), note="MariaDB only; text."),
    Rule(name="inet6", types=("inet6",), becomes=_always(shapes.varchar(45)), note="MariaDB only; text."),
    Rule(
        name="vector",
        types=("vector",),
        becomes=shapes.vector_column,
        note="MySQL 9 only; four bytes per number, as stored.",
    ),
)


def rule_of(column: SourceColumn) -> Rule | None:
    """Return the column's rule; None if the type is not supported."""
    return next((rule for rule in RULES if rule.matches(column)), None)
