"""docs/types.md is the code's own table."""

from __future__ import annotations

from pathlib import Path

from mysql_redshift.core.types.document import EXAMPLES, render
from mysql_redshift.core.types.policy import POLICIES
from mysql_redshift.core.types.rules import RULES, rule_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "types.md"


def test_the_document_is_up_to_date() -> None:
    """After a change of the rules: python -m mysql_redshift.core.types.document > docs/types.md."""
    assert DOCUMENT.read_text() == render()


def test_no_rule_and_no_policy_is_left_out() -> None:
    """Each rule has a line, each policy is one of some rule's."""
    assert {rule.name for column in EXAMPLES if (rule := rule_of(column))} == {rule.name for rule in RULES}
    assert {name for rule in RULES for name in rule.policies} == set(POLICIES)
