"""The cases themselves: that there are enough of them is a promise like any other."""

from __future__ import annotations

import pytest

from tests.types.cases import CASES, Case

pytestmark = pytest.mark.types

AT_LEAST = 12
# Types that have fewer values than that, and how many: all of them travel.
FEW = {"tinyint(1) as boolean": 2, "bit(1)": 2, "char(0)": 1}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_type_is_tried_with_a_dozen_values(case: Case) -> None:
    """Smallest, largest, zero, boundary and odd ones: at least 12 that differ, beside the NULL that every case gets."""
    assert len(set(case.values)) >= FEW.get(case.name, AT_LEAST)


def test_no_two_cases_have_one_name() -> None:
    """A name stands for one case, so that a report of values checked by name leaves none out."""
    names = [case.name for case in CASES]
    assert sorted(names) == sorted(set(names))
    assert set(names) >= set(FEW)
