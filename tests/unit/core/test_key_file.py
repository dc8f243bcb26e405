"""Columns of the key file."""

from __future__ import annotations

from mysql_redshift.core import key_file
from mysql_redshift.core.cursor import Cursor, CursorKind
from mysql_redshift.core.types.column import TableSchema
from tests.fakes.specs import column

CURSOR = Cursor(column="seen", kind=CursorKind.INTEGER)


def test_a_key_file_contains_only_key_cursor_and_comparable_flag() -> None:
    """Each column appears once, in the order of the key; the cursor may be part of the key."""
    columns = tuple(column(name) for name in ("note", "seen", "b", "a"))
    assert names(TableSchema(columns=columns, key=("a", "b"))) == ["a", "b", "seen", "mr_comparable"]
    assert names(TableSchema(columns=columns, key=("seen", "a"))) == ["seen", "a", "mr_comparable"]


def test_the_comparable_flag_is_never_named_like_a_column() -> None:
    """Every column name that MySQL allows must work."""
    columns = (column("mr_comparable"), column("seen"))
    assert names(TableSchema(columns=columns, key=("mr_comparable",))) == ["mr_comparable", "seen", "_mr_comparable"]


def test_a_condition_may_contain_braces() -> None:
    """A select expression is a format template; braces inside a key's literal must survive formatting."""
    schema = TableSchema(columns=(column("id"), column("seen")), key=("id",))
    flag = key_file.key_schema(schema, CURSOR, "`id` > '{x}'").columns[-1]
    assert flag.select.format(name="`anything`") == "`id` > '{x}'"


def names(schema: TableSchema) -> list[str]:
    return [column.target for column in key_file.key_schema(schema, CURSOR).columns]
