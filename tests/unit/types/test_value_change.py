"""Which changes of a column's type keep every value that ALTER TABLE accepts."""

from __future__ import annotations

import pytest

from mysql_redshift.core.types.value_change import family, keeps_values

KEPT = [
    ("int(11)", "int"),
    ("int", "bigint"),
    ("bigint", "int"),
    ("int unsigned", "bigint"),
    ("int unsigned", "smallint unsigned"),
    ("decimal(10,2)", "decimal(14,2)"),
    ("decimal(10,2)", "decimal(12,4)"),
    ("int", "decimal(10,0)"),
    ("int", "double"),
    ("float", "double"),
    ("varchar(20)", "varchar(10)"),
    ("varchar(20)", "text"),
    ("char(4)", "varchar(4)"),
    ("char(4)", "char(8)"),
    ("varbinary(4)", "blob"),
    ("binary(4)", "varbinary(4)"),
    ("date", "datetime"),
    ("datetime", "datetime(6)"),
    ("time(3)", "time(6)"),
    ("enum('x','y')", "enum('x','y','z')"),
    ("enum('x','y')", "enum('a','x','b','y')"),
    ("enum('it''s','y')", "enum('it''s','y','z')"),
    ("set('p','q')", "set('p','q','r')"),
    ("enum('x','y')", "varchar(10)"),
    ("int", "varchar(20)"),
    ("varchar(20)", "int"),
]
CHANGED = [
    ("datetime", "timestamp"),
    ("timestamp(6)", "datetime(6)"),
    ("datetime(6)", "datetime(3)"),
    ("datetime(6)", "date"),
    ("date", "timestamp"),
    ("int", "int unsigned"),
    ("int unsigned", "int"),
    ("decimal(10,2)", "decimal(10,1)"),
    ("decimal(10,2)", "int"),
    ("decimal(40,2)", "decimal(40,4)"),
    ("bigint", "double"),
    ("double", "float"),
    ("float", "float(7,2)"),
    ("double", "varchar(30)"),
    ("int(5) unsigned zerofill", "varchar(20)"),
    ("varchar(20)", "char(20)"),
    ("varbinary(4)", "binary(4)"),
    ("binary(4)", "binary(8)"),
    ("varchar(20)", "varbinary(20)"),
    ("blob", "text"),
    ("bit(8)", "bit(16)"),
    ("bit(8)", "int"),
    ("year", "int"),
    ("enum('x','y')", "enum('y','x')"),
    ("enum('x','y')", "enum('x')"),
    ("enum('x','y')", "enum('X','y')"),
    ("set('p','q')", "set('q','p')"),
    ("varchar(20)", "enum('x','y')"),
    ("enum('x','y')", "set('x','y')"),
    ("json", "text"),
    ("point", "blob"),
]


@pytest.mark.parametrize(("before", "now"), KEPT)
def test_values_are_kept(before: str, now: str) -> None:
    """Or the ALTER fails."""
    assert keeps_values(before, now)


@pytest.mark.parametrize(("before", "now"), CHANGED)
def test_values_may_change(before: str, now: str) -> None:
    """Rounded, padded, shifted or renamed."""
    assert not keeps_values(before, now)


@pytest.mark.parametrize("kind", sorted({kind for pair in (*KEPT, *CHANGED) for kind in pair}))
def test_an_unchanged_type_keeps_its_values(kind: str) -> None:
    """Whatever it is."""
    assert keeps_values(kind, kind)


def test_families_hold_the_types_that_a_rename_may_also_change() -> None:
    """A rename and a wider type often come in one ALTER."""
    assert family("int(11)") == family("decimal(10,2)") == "number"
    assert family("varchar(20)") == family("longtext") == family("enum('a (b)','c')") == "text"
    assert family("datetime(6)") == family("date") == "moment"
    assert len({family(kind) for kind in ("int", "text", "blob", "date", "point", "time")}) == 6
