"""How the keys of two tables are compared and grouped in Redshift."""

from __future__ import annotations

from mysql_redshift.core import quoting
from mysql_redshift.core.types.column import TableSchema


def compared_keys(schema: TableSchema, table: str = "") -> list[str]:
    """Return the key's columns as expressions that are safe to compare and group by.

    Redshift ignores trailing blanks when it compares VARCHARs. If the source's collation does not, a mark appended to
    the text keeps 'a' and 'a ' apart; otherwise merging one would delete the other.
    """
    found = []
    for name in schema.key:
        column = schema.column(name)
        text = f"{table}." * bool(table) + quoting.redshift_name(column.target)
        found.append(f"({text} || '|')" if column.no_pad else text)
    return found


def match_keys(schema: TableSchema, one: str, other: str) -> str:
    """Return the condition under which rows of two tables have the same key."""
    pairs = zip(compared_keys(schema, one), compared_keys(schema, other), strict=True)
    return " AND ".join(f"{left} = {right}" for left, right in pairs)
