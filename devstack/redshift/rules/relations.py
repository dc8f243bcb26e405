"""The tables that a statement names: a transaction can use only tables in its snapshot."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Rule, Situation
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import qualified_name, quote

STATEMENTS = frozenset(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE"))
BEFORE_A_TABLE = frozenset(("FROM", "JOIN", "INTO", "USING", "UPDATE"))


def named_relations(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    if tokens[0].word in STATEMENTS:
        found = (
            name for at, token in enumerate(tokens) if token.word in BEFORE_A_TABLE for name in _listed(tokens, at + 1)
        )
        plan.relations = tuple(dict.fromkeys(quote(*map(stored_name, name)) for name in found))


def _listed(tokens: list[Token], at: int) -> list[tuple[str, ...]]:
    """Read ``a, b AS x, c y`` from an index on."""
    names: list[tuple[str, ...]] = []
    while True:
        name, at = qualified_name(tokens, at)
        if not name:
            return names
        names.append(name)
        at += at < len(tokens) and tokens[at].word == "AS"
        at += at < len(tokens) and tokens[at].is_name
        if at >= len(tokens) or tokens[at].word != ",":
            return names
        at += 1


RULES = (
    Rule(
        name="lost-relation",
        mark="D",
        text="A table created by another transaction after the snapshot is error 1018, relation does not exist.",
        apply=named_relations,
    ),
)
