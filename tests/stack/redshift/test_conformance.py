"""Every case of the conformance suite, through every driver and protocol."""

from __future__ import annotations

from collections import Counter

import pytest

from devstack.redshift.conformance.case import Case, cases
from devstack.redshift.conformance.drivers import PROTOCOLS
from devstack.redshift.conformance.run import Place, run

pytestmark = pytest.mark.conformance

CASES = cases()
# The type matrix differs in nothing but files: one driver sees it all, the others the rest.
RUNS = [
    pytest.param(case, protocol, id=f"{protocol}: {case.name}")
    for protocol in PROTOCOLS
    for case in CASES
    if (not case.protocols or protocol in case.protocols)
    and (case.family != "matrix" or protocol == "redshift_connector")
]


@pytest.mark.parametrize(("case", "protocol"), RUNS)
def test_the_stand_in_is_as_strict_as_redshift(case: Case, protocol: str, place: Place) -> None:
    """A case leads to what its author says of Redshift."""
    difference = run(case, protocol, place)
    assert difference is None, str(difference)


def test_there_are_at_least_200_cases_and_each_has_a_source() -> None:
    """The suite is worth running on a cluster: many cases, each with where it comes from."""
    assert len(CASES) >= 200
    assert [case.name for case in CASES if not case.source] == []
    assert Counter(case.mark for case in CASES)["D"] >= 100
