"""Documents generated from the conformance cases and the rules."""

from __future__ import annotations

from pathlib import Path

from devstack.redshift.conformance.__main__ import unverified
from devstack.redshift.conformance.case import cases
from devstack.redshift.rules.registry import RULES

ROOT = Path(__file__).parents[3]


def test_the_page_of_unverified_cases_is_up_to_date() -> None:
    """docs/unverified.md lists every case marked ?. Regenerate it with python -m devstack conformance --unverified."""
    assert (ROOT / "docs/unverified.md").read_text() == unverified(cases())


def test_the_readme_lists_every_rule() -> None:
    """Users look up the rules and their marks in the README."""
    text = (ROOT / "devstack/redshift/README.md").read_text()
    assert [rule.name for rule in RULES if f"| {rule.name} | {rule.mark} |" not in text] == []
