"""The columns of a table, their names in the target, and their key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.spec import ColumnsRef, CursorRef, LoadMode
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.errors import ConfigurationError, SourceError
from tests.fakes.specs import spec
from tests.unit.types.builders import source_column, source_table

ABC = source_table(source_column("a"), source_column("B"), source_column("c"))


def names(table: object, **columns: object) -> list[tuple[str, str]]:
    schema = resolve_schema(table, spec(columns=ColumnsRef(**columns)))  # type: ignore[arg-type]
    return [(column.name, column.target) for column in schema.columns]


def test_columns_keep_the_order_of_the_source_and_fold_to_lower_case() -> None:
    """Redshift stores names in lower case, even quoted ones."""
    assert names(ABC) == [("a", "a"), ("B", "b"), ("c", "c")]


def test_include_and_exclude_ignore_case() -> None:
    """MySQL ignores the case of column names as well."""
    assert names(ABC, include=("b", "c"), exclude=("C",)) == [("B", "b")]


def test_rename_sets_the_name_of_the_target_column() -> None:
    """The new name is folded to lower case; the source name does not change."""
    assert names(ABC, rename={"b": "Bee"}) == [("a", "a"), ("B", "bee"), ("c", "c")]


@pytest.mark.parametrize("where", ["include", "exclude", "rename"])
def test_an_unknown_column_is_refused_with_a_suggestion(where: str) -> None:
    """The error names the table and similar columns."""
    table = source_table(source_column("amount"), source_column("id"))
    mistaken: object = {"amuont": "x"} if where == "rename" else ("amuont",)
    with pytest.raises(SourceError) as error:
        names(table, **{where: mistaken})
    assert "shop.orders" in str(error.value)
    assert "Did you mean amount?" in str(error.value)


def test_duplicate_target_names_are_refused() -> None:
    """A rename to the name of another column fails before any row is read."""
    with pytest.raises(SourceError, match="Duplicate column names in Redshift"):
        names(ABC, rename={"a": "C"})


def test_a_name_over_the_limit_of_redshift_is_refused_with_a_remedy() -> None:
    """64 characters of two bytes exceed Redshift's limit of 127 bytes."""
    with pytest.raises(SourceError) as error:
        names(source_table(source_column("ä" * 64)))
    assert "128 bytes" in str(error.value)
    assert "columns.rename" in str(error.value)


def test_a_column_named_like_a_system_column_must_be_renamed() -> None:
    """CREATE TABLE rejects xmin even when quoted."""
    with pytest.raises(SourceError, match="xmin_"):
        names(source_table(source_column("XMIN")))
    assert names(source_table(source_column("XMIN")), rename={"XMIN": "xmin_"}) == [("XMIN", "xmin_")]


def test_excluding_every_column_is_refused() -> None:
    """A table without columns cannot be loaded."""
    with pytest.raises(ConfigurationError, match="number of columns"):
        names(ABC, exclude=("a", "b", "c"))


def test_the_primary_key_is_the_default_key() -> None:
    """It has precedence over unique keys."""
    table = replace(ABC, primary_key=("c", "a"), unique_keys=(("B",),))
    assert resolve_schema(table, spec()).key == ("c", "a")


def test_without_a_primary_key_the_shortest_unique_key_is_the_key() -> None:
    """The catalogue returns only unique keys whose columns are all NOT NULL."""
    table = replace(ABC, unique_keys=(("a", "B"), ("c",)))
    assert resolve_schema(table, spec()).key == ("c",)


def test_a_table_without_keys_resolves_to_an_empty_key() -> None:
    """Rows then cannot be merged; plan decides whether that is an error."""
    assert resolve_schema(ABC, spec()).key == ()


def test_a_declared_key_overrides_the_primary_key_and_takes_the_catalogue_spelling() -> None:
    """The YAML may write b for a column B."""
    table = source_table(source_column("a"), source_column("B", nullable=False), primary_key=("a",))
    assert resolve_schema(table, spec(key=("b",))).key == ("B",)


@pytest.mark.parametrize("load", [None, *LoadMode])
def test_a_declared_key_with_a_nullable_column_is_refused_in_every_load_mode(load: LoadMode | None) -> None:
    """A NULL key equals nothing, so such rows could be neither merged nor checked."""
    table = source_table(source_column("a", nullable=False), source_column("B"), source_column("c", nullable=False))
    with pytest.raises(ConfigurationError) as error:
        resolve_schema(table, spec(key=("a", "b", "c"), load=load))
    text = str(error.value)
    assert "shop.orders" in text
    assert "NOT NULL: a, B, c" in text
    assert "nullable: B" in text
    assert "load: append or replace" in text


def test_an_unknown_key_column_is_refused() -> None:
    """The error names the table and the column."""
    with pytest.raises(SourceError) as error:
        resolve_schema(ABC, spec(key=("order_id",)))
    assert "order_id" in str(error.value)
    assert "shop.orders" in str(error.value)


def test_an_excluded_key_column_is_refused() -> None:
    """Otherwise rows would be merged by an incomplete key."""
    with pytest.raises(ConfigurationError, match="not read: a"):
        resolve_schema(replace(ABC, primary_key=("a", "B")), spec(columns=ColumnsRef(exclude=("a",))))


def test_a_json_column_cannot_be_a_key() -> None:
    """SUPER values cannot be compared."""
    with pytest.raises(ConfigurationError, match="doc json"):
        resolve_schema(source_table(source_column("doc", "json", nullable=False)), spec(key=("doc",)))


def test_all_invalid_policies_are_reported_at_once() -> None:
    """The error names the valid values and similar policies."""
    with pytest.raises(ConfigurationError) as error:
        resolve_schema(ABC, spec(policies={"zero_dat": "null", "too_long": "cut"}))
    text = str(error.value)
    assert "Did you mean zero_date?" in text
    assert "'cut' is not one of fail, truncate, null" in text


def test_a_valid_date_may_replace_zero_dates() -> None:
    """Any valid date is accepted as the policy's value."""
    table = source_table(source_column("day", "date"))
    column = resolve_schema(table, spec(policies={"zero_date": "1970-01-01"})).column("day")
    assert dict(column.policies)["zero_date"] == "1970-01-01"
    with pytest.raises(ConfigurationError, match="2026-02-31"):
        resolve_schema(table, spec(policies={"zero_date": "2026-02-31"}))


@pytest.mark.parametrize(
    ("key", "load", "policy", "kept"),
    [
        ((), LoadMode.APPEND, "null", "fail"),
        ((), None, "1970-01-01", "fail"),
        ((), LoadMode.REPLACE, "null", "null"),
        (("id",), LoadMode.APPEND, "null", "null"),
        (("id",), LoadMode.APPEND, "1970-01-01", "fail"),
        (("id",), LoadMode.MERGE, "1970-01-01", "1970-01-01"),
    ],
)
def test_an_append_does_not_change_the_cursor_by_which_it_finds_rows(
    key: tuple[str, ...], load: LoadMode | None, policy: str, kept: str
) -> None:
    """L23: the target would hold another value than the one that is read again; other columns keep the policy."""
    table = source_table(
        source_column("id", "bigint", nullable=False), source_column("At", "datetime"), source_column("day", "date")
    )
    given = spec(key=key, load=load, cursor=CursorRef(column="at"), policies={"zero_date": policy})
    schema = resolve_schema(table, given)
    assert dict(schema.column("At").policies)["zero_date"] == kept
    assert dict(schema.column("day").policies)["zero_date"] == policy


def test_a_column_policy_overrides_the_table_policy() -> None:
    """The most specific declaration applies."""
    table = source_table(source_column("Day", "date"), source_column("other", "date"))
    schema = resolve_schema(
        table, spec(policies={"zero_date": "fail"}, column_policies={"day": {"zero_date": "1970-01-01"}})
    )
    assert [dict(column.policies)["zero_date"] for column in schema.columns] == ["1970-01-01", "fail"]


def test_a_column_policy_that_does_not_apply_to_the_type_is_refused() -> None:
    """It may be declared for all columns, where it applies only to columns of its types."""
    with pytest.raises(ConfigurationError, match="do not apply"):
        resolve_schema(ABC, spec(column_policies={"a": {"zero_date": "null"}}))


def test_policies_of_an_unknown_column_are_refused() -> None:
    """Otherwise a mistyped column name would silently have no effect."""
    with pytest.raises(SourceError, match="column_policies"):
        resolve_schema(ABC, spec(column_policies={"aa": {"too_long": "null"}}))


def test_the_fingerprint_depends_on_types_and_not_on_policies() -> None:
    """Files with the same fingerprint may share one COPY."""
    table = source_table(source_column("c", "varchar(10)"))
    wider = source_table(source_column("c", "varchar(11)"))
    first = resolve_schema(table, spec()).fingerprint
    assert resolve_schema(wider, spec()).fingerprint != first
    assert resolve_schema(table, spec(policies={"too_long": "truncate"})).fingerprint == first
