"""docs/types.md is generated from the code."""

from __future__ import annotations

from pathlib import Path

from mysql_redshift.core.types.document import EXAMPLES, render
from mysql_redshift.core.types.policy import POLICIES
from mysql_redshift.core.types.rules import RULES, rule_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "types.md"


def test_the_document_is_up_to_date() -> None:
    """To update it, run: python -m mysql_redshift.core.types.document > docs/types.md."""
    assert DOCUMENT.read_text() == render()


def test_every_rule_and_every_policy_is_documented() -> None:
    """Each rule has an example, and each policy belongs to a rule."""
    assert {rule.name for column in EXAMPLES if (rule := rule_of(column))} == {rule.name for rule in RULES}
    assert {name for rule in RULES for name in rule.policies} == set(POLICIES)
