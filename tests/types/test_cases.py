"""Rules for the cases themselves."""

from __future__ import annotations

import pytest

from tests.types.cases import CASES, Case

pytestmark = pytest.mark.types

AT_LEAST = 12
# Types with fewer values, and how many they have: all of them are tested.
FEW = {"tinyint(1) as boolean": 2, "bit(1)": 2, "char(0)": 1}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_type_is_tested_with_at_least_twelve_values(case: Case) -> None:
    """Minimum, maximum, zero, boundaries and unusual values; every case also has a NULL."""
    assert len(set(case.values)) >= FEW.get(case.name, AT_LEAST)


def test_case_names_are_unique() -> None:
    """A report by name would otherwise omit a case."""
    names = [case.name for case in CASES]
    assert sorted(names) == sorted(set(names))
    assert set(names) >= set(FEW)
