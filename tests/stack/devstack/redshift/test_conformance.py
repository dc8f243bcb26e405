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


def through_the_bastion() -> list[tuple[Case, str]]:
    """One protocol a case, each in its turn: the bastion carries bytes and knows none of them."""
    found = []
    for number, case in enumerate(case for case in CASES if case.family != "matrix"):
        protocols = case.protocols or tuple(PROTOCOLS)
        found.append((case, protocols[number % len(protocols)]))
    return found


@pytest.mark.parametrize(
    ("case", "protocol"), [pytest.param(*run, id=f"{run[1]}: {run[0].name}") for run in through_the_bastion()]
)
def test_the_same_through_the_bastion(case: Case, protocol: str, place_behind_the_bastion: Place) -> None:
    """Every rule holds as the product meets it, behind an SSH tunnel."""
    difference = run(case, protocol, place_behind_the_bastion)
    assert difference is None, str(difference)


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
