"""The verifier's comparison of the counts and checksums of source and target."""

from __future__ import annotations

from decimal import Decimal

import pytest

from demo.dataset import Sizes, tables
from demo.verifier import Comparison, TableFacts

TABLE = next(table for table in tables(Sizes.at(1)) if table.name == "countries")
ROW: list[int | Decimal | None] = [25, 25, *(cell for _ in TABLE.columns for cell in (25, 10**20))]


def facts(**changes: int) -> TableFacts:
    row = list(ROW)
    for cell, value in changes.items():
        row[int(cell.removeprefix("cell"))] = value
    return TableFacts.of(TABLE, row)


def test_equal_facts_are_equal() -> None:
    """Identical counts, keys and checksums mean no difference."""
    assert Comparison(source=facts(), target=facts()).differences == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell0": 24}, "25 rows at the source, 24 in the target"),
        ({"cell1": 24}, "24 keys in 25 rows of the target"),
        ({"cell3": 1}, "values differ in code"),
        ({"cell4": 24}, "values differ in name"),
    ],
)
def test_each_difference_has_its_own_message(changes: dict[str, int], message: str) -> None:
    """Rows, keys, values and NULLs are compared separately, and the message names which differs."""
    comparison = Comparison(source=facts(), target=facts(**changes))

    assert not comparison.equal
    assert message in "; ".join(comparison.differences)


def test_a_missing_target_table_is_never_equal() -> None:
    """A missing table is a difference and counts 0 rows, even for an empty source."""
    comparison = Comparison(source=facts(), target=None)

    assert comparison.target_rows == 0
    assert (comparison.checksums_equal, comparison.distinct_keys_equal, comparison.equal) == (False, False, False)


def test_the_checksum_of_an_empty_table_is_0() -> None:
    """SUM over no rows returns NULL, which is read as 0."""
    empty = TableFacts.of(TABLE, [0, 0, *[0, None] * len(TABLE.columns)])

    assert empty.rows == 0
    assert {column.checksum for column in empty.columns} == {0}
