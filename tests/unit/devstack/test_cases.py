"""The conformance cases as data."""

from __future__ import annotations

from pathlib import Path

from devstack.redshift.conformance.__main__ import unverified
from devstack.redshift.conformance.case import cases
from devstack.redshift.rules.registry import RULES

ROOT = Path(__file__).parents[3]


def test_the_page_of_unverified_cases_is_current() -> None:
    """docs/unverified.md holds every case marked ?: write it anew with --unverified."""
    assert (ROOT / "docs/unverified.md").read_text() == unverified(cases())


def test_the_readme_names_every_rule() -> None:
    """A rule that is not in the README is a rule nobody can look up."""
    text = (ROOT / "devstack/redshift/README.md").read_text()
    assert [rule.name for rule in RULES if f"| {rule.name} | {rule.mark} |" not in text] == []
