"""What the verifier concludes from what both ends say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from demo.dataset import Sizes, tables
from demo.verifier import Comparison, TableFacts

TABLE = next(table for table in tables(Sizes.at(1)) if table.name == "countries")
ROW: list[int | Decimal | None] = [25, 25, *(cell for _ in TABLE.columns for cell in (25, 10**20))]


def facts(**changes: int) -> TableFacts:
    row = list(ROW)
    for place, value in changes.items():
        row[int(place.removeprefix("cell"))] = value
    return TableFacts.of(TABLE, row)


def test_equal_facts_are_equal() -> None:
    """Equal counts, keys and checksums mean no difference."""
    assert Comparison(source=facts(), target=facts()).differences == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cell0": 24}, "25 rows at the source, 24 in the target"),
        ({"cell1": 24}, "24 keys in 25 rows of the target"),
        ({"cell3": 1}, "values differ in code"),
        ({"cell4": 24}, "values differ in name"),
    ],
)
def test_each_difference_is_said(changes: dict[str, int], said: str) -> None:
    """Rows, keys, values and NULLs are compared each by itself, and the sentence says which."""
    comparison = Comparison(source=facts(), target=facts(**changes))

    assert not comparison.equal
    assert said in "; ".join(comparison.differences)


def test_a_missing_target_is_never_equal() -> None:
    """No table in the target is a difference, with 0 rows."""
    comparison = Comparison(source=facts(), target=None)

    assert comparison.target_rows == 0
    assert (comparison.checksums_equal, comparison.distinct_keys_equal, comparison.equal) == (False, False, False)


def test_an_empty_table_has_facts() -> None:
    """SUM over no rows is NULL: it counts as 0."""
    empty = TableFacts.of(TABLE, [0, 0, *[0, None] * len(TABLE.columns)])

    assert empty.rows == 0
    assert {column.checksum for column in empty.columns} == {0}
