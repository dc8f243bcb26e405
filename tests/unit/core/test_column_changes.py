"""How the plan recognizes columns that may have been renamed. None of it needs a server."""

from __future__ import annotations

import pytest

from mysql_redshift.core.column_changes import check_columns
from mysql_redshift.core.types.column import Cell, Column, TableSchema
from mysql_redshift.errors import SourceError
from tests.fakes.specs import spec


def table(*listed: str, loaded: tuple[str, ...] | None = None) -> TableSchema:
    """Return the schema of columns given as "name type"."""
    pairs = [column.split(" ", 1) for column in listed]
    columns = tuple(
        Column(
            name=name,
            target=name.lower(),
            source_type=kind,
            cell=Cell.INT64,
            redshift_type="T",
            staging_type="T",
            nullable=True,
        )
        for name, kind in pairs
        if loaded is None or name in loaded
    )
    return TableSchema(columns=columns, key=(), source=tuple((name, kind, "") for name, kind in pairs))


BEFORE = ("id int", "a int", "b int", "t text", "d date")


@pytest.mark.parametrize(
    "now",
    [
        BEFORE,
        ("ID int", "A int", "B int", "T text", "D date"),
        (*BEFORE, "z int"),
        ("z int", *BEFORE),
        ("id int", "a int", "z text", "b int", "t text", "d date"),
        ("id int", "a int", "b int", "d date"),
        ("id int", "b int", "t text", "d date", "z int"),
        ("id int", "a int", "b int", "z date", "t text"),
    ],
)
def test_columns_that_came_or_went_ask_nothing(now: tuple[str, ...]) -> None:
    """Except where one may be the other."""
    assert check_columns(spec(), table(*BEFORE), table(*now), accept=False) == ()


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (("id int", "b int", "a int", "t text", "d date"), "columns a, b are in another order"),
        (("id int", "z int", "b int", "t text", "d date"), "column z int stands where a int stood"),
        (("id int", "z bigint", "b int", "t text", "d date"), "column z bigint stands where a int stood"),
        (
            ("id int", "b int", "z int", "t text", "d date"),
            "column a is gone, and the types of all columns are",
        ),
        (("id int", "a int", "b int", "z varchar(9)", "d date"), "column z varchar"),
    ],
)
def test_columns_that_may_have_been_renamed_are_refused_or_accepted(now: tuple[str, ...], found: str) -> None:
    """What is accepted is returned for the log."""
    with pytest.raises(SourceError) as caught:
        check_columns(spec(), table(*BEFORE), table(*now), accept=False)
    assert found in str(caught.value)
    accepted = check_columns(spec(), table(*BEFORE), table(*now), accept=True)
    assert any(found in text and text.startswith("accepted: ") for text in accepted)


def test_columns_that_are_not_loaded_may_change_places() -> None:
    """Their values are nowhere."""
    before, now = table("id int", "a int", "b int", loaded=("id",)), table("id int", "b int", "a int", loaded=("id",))
    assert check_columns(spec(), before, now, accept=False) == ()


def test_a_message_names_few_columns_of_a_wide_table() -> None:
    """The first of 500 columns was moved to the end."""
    names = [f"c{number} int" for number in range(500)]
    with pytest.raises(SourceError) as caught:
        check_columns(spec(), table(*names), table(*names[1:], names[0]), accept=False)
    assert "c0, c1, c2, c3, c4, c5 and 494 more" in str(caught.value)
