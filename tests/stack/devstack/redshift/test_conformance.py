"""Every case of the conformance suite with every driver and protocol."""

from __future__ import annotations

from collections import Counter

import pytest

from devstack.redshift.conformance.case import Case, cases
from devstack.redshift.conformance.drivers import PROTOCOLS
from devstack.redshift.conformance.run import Cluster, run

pytestmark = pytest.mark.conformance

CASES = cases()
# The cases of the type matrix differ only in their files, so one driver suffices for them.
RUNS = [
    pytest.param(case, protocol, id=f"{protocol}: {case.name}")
    for protocol in PROTOCOLS
    for case in CASES
    if (not case.protocols or protocol in case.protocols)
    and (case.family != "matrix" or protocol == "redshift_connector")
]


def through_the_bastion() -> list[tuple[Case, str]]:
    """Return each case with one protocol, in rotation: the bastion forwards bytes of any protocol."""
    found = []
    for number, case in enumerate(case for case in CASES if case.family != "matrix"):
        protocols = case.protocols or tuple(PROTOCOLS)
        found.append((case, protocols[number % len(protocols)]))
    return found


@pytest.mark.parametrize(
    ("case", "protocol"), [pytest.param(*run, id=f"{run[1]}: {run[0].name}") for run in through_the_bastion()]
)
def test_the_outcome_is_the_same_through_the_bastion(
    case: Case, protocol: str, cluster_behind_the_bastion: Cluster
) -> None:
    """The provider always connects through an SSH tunnel."""
    difference = run(case, protocol, cluster_behind_the_bastion)
    assert difference is None, str(difference)


@pytest.mark.parametrize(("case", "protocol"), RUNS)
def test_the_stand_in_is_as_strict_as_redshift(case: Case, protocol: str, cluster: Cluster) -> None:
    """Every case has the outcome that is documented or reported for Redshift."""
    difference = run(case, protocol, cluster)
    assert difference is None, str(difference)


def test_there_are_at_least_200_cases_and_each_has_a_source() -> None:
    """The suite is worth running on a real cluster only with many cases and a source for each."""
    assert len(CASES) >= 200
    assert [case.name for case in CASES if not case.source] == []
    assert Counter(case.mark for case in CASES)["D"] >= 100
