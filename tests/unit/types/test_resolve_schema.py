"""Which columns travel, under which names, and what their key is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mysql_redshift.core.spec import ColumnsRef, LoadMode
from mysql_redshift.core.types.resolve_schema import resolve_schema
from mysql_redshift.errors import ConfigurationError, SourceError
from tests.fakes.specs import spec
from tests.unit.types.builders import source_column, source_table

ABC = source_table(source_column("a"), source_column("B"), source_column("c"))


def names(table: object, **columns: object) -> list[tuple[str, str]]:
    schema = resolve_schema(table, spec(columns=ColumnsRef(**columns)))  # type: ignore[arg-type]
    return [(column.name, column.target) for column in schema.columns]


def test_columns_keep_the_sources_order_and_fold_to_lower_case() -> None:
    """Redshift keeps names in lower case, also quoted ones."""
    assert names(ABC) == [("a", "a"), ("B", "b"), ("c", "c")]


def test_include_and_exclude_choose_columns_without_regard_to_case() -> None:
    """MySQL does not regard the case of column names either."""
    assert names(ABC, include=("b", "c"), exclude=("C",)) == [("B", "b")]


def test_rename_names_the_target_column() -> None:
    """The source keeps its name, the target has the new one, folded."""
    assert names(ABC, rename={"b": "Bee"}) == [("a", "a"), ("B", "bee"), ("c", "c")]


@pytest.mark.parametrize("where", ["include", "exclude", "rename"])
def test_an_unknown_column_is_an_error_with_near_misses(where: str) -> None:
    """A mistyped column names table, the mistake, and what is close."""
    table = source_table(source_column("amount"), source_column("id"))
    mistaken: object = {"amuont": "x"} if where == "rename" else ("amuont",)
    with pytest.raises(SourceError) as error:
        names(table, **{where: mistaken})
    assert "shop.orders" in str(error.value)
    assert "Did you mean amount?" in str(error.value)


def test_two_names_that_fold_to_one_are_refused() -> None:
    """Renaming onto another column's name is found before anything is read."""
    with pytest.raises(SourceError, match="one name in Redshift"):
        names(ABC, rename={"a": "C"})


def test_a_name_over_redshifts_limit_is_refused_with_rename_as_the_way_out() -> None:
    """64 characters of three bytes are more than Redshift's 127."""
    with pytest.raises(SourceError) as error:
        names(source_table(source_column("ä" * 64)))
    assert "128 bytes" in str(error.value)
    assert "columns.rename" in str(error.value)


def test_a_system_columns_name_must_be_renamed() -> None:
    """CREATE TABLE refuses xmin even when quoted."""
    with pytest.raises(SourceError, match="xmin_"):
        names(source_table(source_column("XMIN")))
    assert names(source_table(source_column("XMIN")), rename={"XMIN": "xmin_"}) == [("XMIN", "xmin_")]


def test_leaving_out_everything_is_refused() -> None:
    """A table of no columns is a mistake."""
    with pytest.raises(ConfigurationError, match="number of columns"):
        names(ABC, exclude=("a", "b", "c"))


def test_the_primary_key_is_the_key() -> None:
    """Without a declared key, the primary key."""
    table = replace(ABC, primary_key=("c", "a"), unique_keys=(("B",),))
    assert resolve_schema(table, spec()).key == ("c", "a")


def test_without_a_primary_key_the_shortest_unique_key_is_taken() -> None:
    """The catalogue lists unique keys of NOT NULL columns only."""
    table = replace(ABC, unique_keys=(("a", "B"), ("c",)))
    assert resolve_schema(table, spec()).key == ("c",)


def test_a_table_without_keys_has_none() -> None:
    """Then rows cannot be merged; the plan decides what that means."""
    assert resolve_schema(ABC, spec()).key == ()


def test_a_declared_key_wins_and_is_spelled_as_the_catalogue_does() -> None:
    """A person writes b, the table says B."""
    table = source_table(source_column("a"), source_column("B", nullable=False), primary_key=("a",))
    assert resolve_schema(table, spec(key=("b",))).key == ("B",)


@pytest.mark.parametrize("load", [None, *LoadMode])
def test_a_declared_key_that_may_hold_null_is_refused(load: LoadMode | None) -> None:
    """Whatever the load mode: rows whose key is NULL would be taken for one row, or for none."""
    table = source_table(source_column("a", nullable=False), source_column("B"), source_column("c", nullable=False))
    with pytest.raises(ConfigurationError) as error:
        resolve_schema(table, spec(key=("a", "b", "c"), load=load))
    text = str(error.value)
    assert "shop.orders" in text
    assert "NOT NULL: a, B, c" in text
    assert "nullable: B" in text
    assert "load: append or replace" in text


def test_an_unknown_key_column_is_an_error() -> None:
    """It names the table and the column."""
    with pytest.raises(SourceError) as error:
        resolve_schema(ABC, spec(key=("order_id",)))
    assert "order_id" in str(error.value)
    assert "shop.orders" in str(error.value)


def test_a_key_column_that_is_left_out_is_an_error() -> None:
    """Otherwise rows would be merged by half a key."""
    with pytest.raises(ConfigurationError, match="not read: a"):
        resolve_schema(replace(ABC, primary_key=("a", "B")), spec(columns=ColumnsRef(exclude=("a",))))


def test_a_document_cannot_be_a_key() -> None:
    """SUPER values do not compare."""
    with pytest.raises(ConfigurationError, match="doc json"):
        resolve_schema(source_table(source_column("doc", "json", nullable=False)), spec(key=("doc",)))


def test_every_wrong_policy_is_told_at_once_with_what_is_allowed() -> None:
    """A person corrects them in one go."""
    with pytest.raises(ConfigurationError) as error:
        resolve_schema(ABC, spec(policies={"zero_dat": "null", "too_long": "cut"}))
    text = str(error.value)
    assert "Did you mean zero_date?" in text
    assert "'cut' is not one of fail, truncate, null" in text


def test_a_date_may_stand_for_zero_dates() -> None:
    """Any date of the calendar, nothing else."""
    table = source_table(source_column("day", "date"))
    column = resolve_schema(table, spec(policies={"zero_date": "1970-01-01"})).column("day")
    assert dict(column.policies)["zero_date"] == "1970-01-01"
    with pytest.raises(ConfigurationError, match="2026-02-31"):
        resolve_schema(table, spec(policies={"zero_date": "2026-02-31"}))


def test_a_columns_policy_wins_over_the_tables() -> None:
    """The nearer declaration holds."""
    table = source_table(source_column("Day", "date"), source_column("other", "date"))
    schema = resolve_schema(
        table, spec(policies={"zero_date": "fail"}, column_policies={"day": {"zero_date": "1970-01-01"}})
    )
    assert [dict(column.policies)["zero_date"] for column in schema.columns] == ["1970-01-01", "fail"]


def test_a_policy_that_cannot_act_on_a_column_is_refused_there() -> None:
    """For all columns it may be declared; for one, it must mean something."""
    with pytest.raises(ConfigurationError, match="do not apply"):
        resolve_schema(ABC, spec(column_policies={"a": {"zero_date": "null"}}))


def test_policies_of_an_unknown_column_are_refused() -> None:
    """A mistyped column would silently have no policy."""
    with pytest.raises(SourceError, match="column_policies"):
        resolve_schema(ABC, spec(column_policies={"aa": {"too_long": "null"}}))


def test_the_fingerprint_changes_with_a_type_and_not_with_a_policy() -> None:
    """Files of one fingerprint are copied together."""
    table = source_table(source_column("c", "varchar(10)"))
    wider = source_table(source_column("c", "varchar(11)"))
    first = resolve_schema(table, spec()).fingerprint
    assert resolve_schema(wider, spec()).fingerprint != first
    assert resolve_schema(table, spec(policies={"too_long": "truncate"})).fingerprint == first
