"""A type change at the source: the target is wide enough, is widened, is rebuilt, or the load is refused."""

from __future__ import annotations

import pytest

from mysql_redshift.core.schema_change import schema_notes
from mysql_redshift.core.target_schema import TargetChanges, compare
from mysql_redshift.core.types.column import Cell, Column, TableSchema
from mysql_redshift.errors import TargetError


def column(name: str, kind: str, source: str = "int") -> Column:
    return Column(
        name=name,
        target=name,
        source_type=source,
        cell=Cell.INT32,
        redshift_type=kind,
        staging_type=kind,
        nullable=True,
    )


def changes(wanted: str, found: str, *, rebuild: bool = False) -> TargetChanges:
    schema = TableSchema(columns=(column("c", wanted),), key=())
    return compare(schema, {"c": found}, where="t", rebuild=rebuild)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("INTEGER", "bigint"),
        ("SMALLINT", "integer"),
        ("DECIMAL(10,2)", "numeric(12,2)"),
        ("VARCHAR(10)", "character varying(20)"),
    ],
)
def test_a_target_that_is_wide_enough_does_not_change(wanted: str, found: str) -> None:
    """This holds with and without permission to rebuild."""
    assert changes(wanted, found) == TargetChanges()
    assert changes(wanted, found, rebuild=True) == TargetChanges()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("BIGINT", "integer"),
        ("DECIMAL(12,2)", "numeric(10,2)"),
        ("DECIMAL(12,4)", "numeric(12,2)"),
        ("DECIMAL(12,2)", "numeric(12,4)"),
        ("VARCHAR(20)", "integer"),
        ("INTEGER", "character varying(20)"),
        ("TIMESTAMP", "date"),
    ],
)
def test_a_different_type_fails_unless_a_rebuild_is_allowed(wanted: str, found: str) -> None:
    """The error names both types and the setting that allows a rebuild."""
    with pytest.raises(TargetError, match="on_type_change: rebuild"):
        changes(wanted, found)
    assert [c.name for c in changes(wanted, found, rebuild=True).rebuild] == ["c"]


@pytest.mark.parametrize(("wanted", "found"), [("SUPER", "character varying(20)"), ("BIGINT", "boolean")])
def test_a_type_change_without_a_cast_is_refused_even_if_a_rebuild_is_allowed(wanted: str, found: str) -> None:
    """A rebuild could not convert the existing values."""
    with pytest.raises(TargetError, match="by hand"):
        changes(wanted, found, rebuild=True)


def test_only_a_varchar_outside_the_key_is_widened_in_place() -> None:
    """Redshift alters the length of VARCHAR columns only, and of none in a primary key; a rebuild widens the others."""
    assert [c.name for c in changes("VARCHAR(20)", "character varying(10)").widen] == ["c"]
    with pytest.raises(TargetError, match="on_type_change: rebuild"):
        changes("VARBYTE(20)", "binary varying(10)")
    assert [c.name for c in changes("VARBYTE(20)", "binary varying(10)", rebuild=True).rebuild] == ["c"]
    keyed = TableSchema(columns=(column("c", "VARCHAR(20)"),), key=("c",))
    found = compare(keyed, {"c": "character varying(10)"}, where="t", rebuild=True)
    assert ([c.name for c in found.rebuild], found.widen) == (["c"], ())


def test_a_rebuild_drops_a_not_null_that_the_source_no_longer_has() -> None:
    """Without a rebuild the target keeps its NOT NULL."""
    schema = TableSchema(columns=(column("c", "SUPER"),), key=())
    assert compare(schema, {"c": "super"}, where="t", required=["c"]) == TargetChanges()
    assert [c.name for c in compare(schema, {"c": "super"}, where="t", rebuild=True, required=["c"]).rebuild] == ["c"]


def test_a_wider_key_column_needs_a_rebuild() -> None:
    """Redshift cannot alter a primary key column; a VARCHAR outside the key is widened in place."""
    schema = TableSchema(columns=(column("k", "VARCHAR(20)"), column("c", "VARCHAR(20)")), key=("k",))
    found = {"k": "character varying(10)", "c": "character varying(10)"}
    with pytest.raises(TargetError, match=r"k character varying\(20\)"):
        compare(schema, found, where="t")
    rebuilt = compare(schema, found, where="t", rebuild=True)
    assert [c.name for c in rebuilt.rebuild] == ["k"]
    assert [c.name for c in rebuilt.widen] == ["c"]


def test_notes_name_added_removed_and_changed_columns() -> None:
    """The plan reports each such column with its types."""
    before = TableSchema(columns=(column("a", "INTEGER"), column("b", "INTEGER"), column("k", "BIGINT")), key=("k",))
    now = TableSchema(
        columns=(column("a", "BIGINT", "bigint"), column("c", "INTEGER"), column("k", "BIGINT")), key=("k",)
    )
    added, removed, changed = schema_notes(before, now)
    assert added.startswith("column c int is new")
    assert removed.startswith("column b no longer exists at the source")
    assert changed == "column a changed from int to bigint: in the target from INTEGER to BIGINT"
    assert schema_notes(before, before) == ()
    assert schema_notes(None, now) == ()
