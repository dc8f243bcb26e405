"""Generate ``docs/types.md`` from the rules that plan uses: ``python -m mysql_redshift.core.types.document``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

from mysql_redshift.core.types.charset import BYTES_PER_CHARACTER
from mysql_redshift.core.types.column import Cell, SourceColumn
from mysql_redshift.core.types.policy import POLICIES, Choices
from mysql_redshift.core.types.rules import Rule, rule_of
from mysql_redshift.core.types.shapes import Shape

PARQUET = {
    Cell.BOOL: "BOOLEAN",
    Cell.INT16: "INT32, 16 bits",
    Cell.INT32: "INT32",
    Cell.INT64: "INT64",
    Cell.FLOAT: "FLOAT",
    Cell.DOUBLE: "DOUBLE",
    Cell.DECIMAL: "FIXED_LEN_BYTE_ARRAY, decimal",
    Cell.DATE: "INT32, date",
    Cell.TIMESTAMP: "INT64, microseconds, no zone",
    Cell.TIMESTAMP_UTC: "INT64, microseconds, UTC",
    Cell.TEXT: "BYTE_ARRAY, UTF-8",
    Cell.BYTES: "BYTE_ARRAY",
}


def _example(column_type: str, **catalogue: Any) -> SourceColumn:
    data_type = re.split(r"\W", column_type, maxsplit=1)[0].lower()
    return SourceColumn(name="c", data_type=data_type, column_type=column_type, nullable=True, **catalogue)


# One line of the document per example. A test checks that every rule has one.
EXAMPLES = (
    _example("TINYINT(1)"),
    _example("TINYINT [UNSIGNED]"),
    _example("SMALLINT"),
    _example("SMALLINT UNSIGNED"),
    _example("MEDIUMINT [UNSIGNED]"),
    _example("INT"),
    _example("INT UNSIGNED"),
    _example("BIGINT"),
    _example("BIGINT UNSIGNED"),
    _example("DECIMAL(12,2)", precision=12, scale=2),
    _example("DECIMAL(65,30)", precision=65, scale=30),
    _example("FLOAT"),
    _example("DOUBLE"),
    _example("BIT(1)", precision=1),
    _example("BIT(63)", precision=63),
    _example("BIT(64)", precision=64),
    _example("CHAR(10), ascii", character_length=10, charset="ascii"),
    _example("VARCHAR(10), latin1", character_length=10, charset="latin1"),
    _example("VARCHAR(10), utf8mb4", character_length=10, charset="utf8mb4"),
    _example("VARCHAR(20000), utf8mb4", character_length=20_000, charset="utf8mb4"),
    _example("ENUM('a','bcd'), utf8mb4", character_length=3, charset="utf8mb4"),
    _example("SET('a','bcd'), utf8mb4", character_length=5, charset="utf8mb4"),
    _example("TINYTEXT, utf8mb4", charset="utf8mb4"),
    _example("TEXT", charset="utf8mb4"),
    _example("MEDIUMTEXT", charset="utf8mb4"),
    _example("LONGTEXT", charset="utf8mb4"),
    _example("VARBINARY(300)", octet_length=300),
    _example("BLOB", octet_length=65_535),
    _example("LONGBLOB", octet_length=4_294_967_295),
    _example("DATE"),
    _example("DATETIME(6)", datetime_precision=6),
    _example("TIMESTAMP(6)", datetime_precision=6),
    _example("TIME(6)", datetime_precision=6),
    _example("YEAR"),
    _example("JSON"),
    _example("GEOMETRY"),
    _example("UUID"),
    _example("INET4"),
    _example("INET6"),
    _example("VECTOR(3)", octet_length=12),
)

HEAD = """# Types

This page is generated from the code's own rules: `python -m mysql_redshift.core.types.document` prints it.

Every value is loaded exactly, or a declared policy applies. A run counts and reports the values per policy.
"""


def render() -> str:
    """Return the document as Markdown."""
    return "\n".join([HEAD, *_types(), "", *_options(), "", *_policies(), "", *_charsets(), "", NOTES])


def _types() -> Iterator[str]:
    yield "| MySQL / MariaDB | Redshift | Parquet | policies | notes |"
    yield "| --- | --- | --- | --- | --- |"
    for column in EXAMPLES:
        rule = _rule(column)
        shape = rule.becomes(column, Choices(declared={}))
        policies = ", ".join(f"`{name}`" for name in rule.policies)
        yield f"| {column.column_type} | {_redshift(shape)} | {PARQUET[shape.cell]} | {policies} | {rule.note} |"


def _options() -> Iterator[str]:
    yield "## Types by policy"
    yield ""
    yield "| MySQL / MariaDB | policy | Redshift | Parquet |"
    yield "| --- | --- | --- | --- |"
    for column in EXAMPLES:
        rule = _rule(column)
        default = rule.becomes(column, Choices(declared={}))
        for name in rule.policies:
            for choice in POLICIES[name].choices[1:]:
                shape = rule.becomes(column, Choices(declared={name: choice}))
                if shape != default:
                    setting = f"`{name}: {choice}`"
                    yield f"| {column.column_type} | {setting} | {_redshift(shape)} | {PARQUET[shape.cell]} |"


def _policies() -> Iterator[str]:
    yield "## Policies"
    yield ""
    yield "Set policies for a pipeline or a table under `policies`, and for one column under `column_policies`."
    yield "The most specific setting applies. In a key column `null` means `fail`, because a key cannot be NULL."
    yield "In the cursor column of a table without a key `zero_date` always means `fail`. With `load: append` a date is"
    yield "not accepted there: an append finds the rows that it reads again by their cursor."
    yield ""
    yield "| policy | values, default first | description |"
    yield "| --- | --- | --- |"
    for policy in POLICIES.values():
        yield f"| `{policy.name}` | {policy.allowed} | {policy.meaning} |"


def _charsets() -> Iterator[str]:
    yield "## Width of text"
    yield ""
    yield "Redshift measures text in UTF-8 bytes. A column is as wide as its longest possible text, at most 65,535:"
    yield ""
    yield "| bytes per character | character sets |"
    yield "| --- | --- |"
    for width in sorted(set(BYTES_PER_CHARACTER.values())):
        names = ", ".join(name for name, size in BYTES_PER_CHARACTER.items() if size == width)
        yield f"| {width} | {names}{' and any other' if width == max(BYTES_PER_CHARACTER.values()) else ''} |"


NOTES = """## Limits of JSON

| | MySQL 9 | MariaDB 10.11 | loaded |
| --- | --- | --- | --- |
| depth | at most 100 levels | at most 31 levels | all levels; SUPER supports 1,000 |
| duplicate names | keeps the last | keeps both | refused, or by `json_duplicates`; `json: varchar` keeps both |
| order of names, whitespace | by length, then bytes; normalized whitespace | as written | as stored |
| integers beyond 64 bits | stored as a double | as written | as stored |
| decimals beyond double | rounded to a double when stored | as written | as stored |
| numbers over 1.8e308 | rejected | stored | as stored; declare `json: varchar` for them |

The text is passed to `JSON_PARSE` exactly as the server prints it. How SUPER represents numbers beyond DECIMAL(38) and
DOUBLE is up to Redshift; declare `json: varchar` if the exact text matters.

- A document of up to 65,535 bytes is staged in a VARCHAR. A longer one fails the run with an error that names column
  and key, unless `json_too_long` is set: `null` loads NULL and counts the value; `super_large` stages the column as
  bytes and loads documents of up to 1,000,000 bytes, if each string and name in it has at most 65,535 bytes, as SUPER
  requires. Documents beyond these limits fail in the same way.
- With `check_constraint_checks = 0`, MariaDB accepts invalid JSON in a JSON column. `JSON_PARSE` then fails the load
  with "Invalid JSON", and the target does not change. Correct the row, or declare
  `json: varchar`; then run with `full_refresh: true`.

## Differences between the servers

- MariaDB's JSON is LONGTEXT in utf8mb4_bin with a check that is exactly ``json_valid(`column`)``; such a column is
  treated as JSON, one with any other check as text. MySQL normalizes a document when it is stored; MariaDB keeps its
  text.
- MariaDB does not store negative zero; MySQL does, and it is loaded as such.
- Geometry is loaded longitude first, as Redshift and PostGIS read it, even if MySQL's ST_AsText prints latitude first
  (SRID 4326). MariaDB keeps the order in which it was given.
- Both servers send "?" for a byte that is not assigned in its character set (0x98 in cp1251, any above 0x7F in ascii).
  Such a value fails the run with an error that names its row, because the text would silently change.
- ucs2 can store half of a surrogate pair, which UTF-8 cannot represent. Such a value fails in the same way.
- UUID, INET4 and INET6 exist only in MariaDB, VECTOR only in MySQL.
"""


def _rule(column: SourceColumn) -> Rule:
    rule = rule_of(column)
    if rule is None:
        raise LookupError(column.column_type)
    return rule


def _redshift(shape: Shape) -> str:
    return f"{shape.redshift} (staged as {shape.staging})" if shape.staging else shape.redshift


if __name__ == "__main__":
    sys.stdout.write(render())
