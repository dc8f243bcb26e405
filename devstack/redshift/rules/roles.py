"""Roles: PostgreSQL's, except that Redshift spells ROLE in GRANT and REVOKE, and has_* functions may not see them."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Rule, Situation

GRANTS = frozenset(("GRANT", "REVOKE"))
CHECKS = frozenset(("HAS_TABLE_PRIVILEGE", "HAS_SCHEMA_PRIVILEGE", "HAS_DATABASE_PRIVILEGE"))


def grants(plan: Plan, _: Situation) -> None:
    """Remove ROLE before a role's name."""
    tokens = plan.statement.tokens
    if tokens[0].word in GRANTS:
        for token in tokens[1:]:
            if token.word == "ROLE":
                plan.statement.replace(token.start, token.end, "")


def checks(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.word in CHECKS and tokens[index + 1].word == "(" and tokens[index - 1].word != ".":
            plan.statement.replace(token.start, token.end, f"standin.{token.word.lower()}")


RULES = (
    Rule(name="roles", mark="D", text="A role holds privileges and is granted to users.", apply=grants),
    Rule(
        name="privileges-of-roles",
        mark="?",
        text="has_table_privilege and its siblings do not see privileges that the user has through a role.",
        apply=checks,
    ),
)
