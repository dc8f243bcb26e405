"""Views: bound views are PostgreSQL's; late-binding views resolve their tables by name at each read."""

from __future__ import annotations

from devstack.redshift.rules.names import near
from devstack.redshift.rules.plan import Plan, Rule, Situation
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.statement import closing, literal, qualified_name, quote

LATE = ("WITH", "NO", "SCHEMA", "BINDING")


def late_binding(plan: Plan, _: Situation) -> None:
    statement, tokens = plan.statement, plan.statement.tokens
    at = 3 if statement.starts("CREATE", "OR", "REPLACE") else 1
    if (
        not statement.starts("CREATE")
        or statement.words(1, at) != ("VIEW",)
        or statement.words(4, max(len(tokens) - 4, 0)) != LATE
    ):
        return
    name, behind = qualified_name(tokens, at + 1)
    columns = ""
    if tokens[behind].word == "(":
        end = closing(tokens, behind)
        columns = ", ".join(quote(stored_name(token.name)) for token in tokens[behind + 1 : end] if token.is_name)
        behind = end + 1
    if tokens[behind].word != "AS":
        raise near(tokens[behind])
    statement.replace_tokens(0, behind + 1, "")
    statement.replace_tokens(len(tokens) - len(LATE), len(tokens), "")
    relation = quote(*map(stored_name, name))
    call = f"{literal(relation)}, {literal(columns)}, {literal(statement.edited())}, {at > 1}"
    plan.sql = f"DO LANGUAGE plpgsql {literal(f'BEGIN PERFORM standin.late_view({call}); END')}"
    plan.tag = "CREATE VIEW"


RULES = (
    Rule(
        name="late-binding-views",
        mark="D",
        text="A view WITH NO SCHEMA BINDING resolves its tables by name when it is read, and does not block DROP.",
        apply=late_binding,
    ),
)
