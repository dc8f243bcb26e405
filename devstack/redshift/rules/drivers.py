"""Queries of drivers that Redshift accepts and PostgreSQL 16 no longer does."""

from __future__ import annotations

from itertools import pairwise

from devstack.redshift.rules.plan import Plan, Rule, Situation
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing

LISTING = ("SELECT", "CAST", "(", "CURRENT_DATABASE")
CLAUSES = frozenset(("ORDER", "GROUP", "HAVING", "LIMIT", "UNION"))


def split_numbers(plan: Plan, _: Situation) -> None:
    """Split ``4WHEN`` into a number and a word."""
    tokens = plan.statement.tokens
    for number, word in pairwise(tokens):
        if number.kind is Kind.NUMBER and word.kind is Kind.WORD and number.end == word.start:
            plan.statement.replace(word.start, word.start, " ")


def aliases_in_where(plan: Plan, _: Situation) -> None:
    """Replace aliases in WHERE: redshift_connector's get_tables filters by aliases of its own SELECT list."""
    statement, tokens = plan.statement, plan.statement.tokens
    if not statement.starts(*LISTING):
        return
    where = next((index for index in _outer(tokens) if tokens[index].word == "WHERE"), len(tokens))
    aliases = _aliases(tokens, where)
    for index in range(where + 1, len(tokens)):
        token = tokens[index]
        if token.word in CLAUSES:
            break
        if token.word in aliases and tokens[index - 1].word != ".":
            first, behind = aliases[token.word]
            statement.replace(token.start, token.end, f"({statement.source(first, behind)})")


def generated_columns(plan: Plan, _: Situation) -> None:
    """Replace an alias that get_columns repeats in its SELECT list; no column here is generated, so both are NO."""
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens[:-2]):
        words = (token.word, tokens[index + 1].word, tokens[index + 2].word)
        if words == ("IS_AUTOINCREMENT", "AS", "IS_GENERATEDCOLUMN"):
            plan.statement.replace(token.start, token.end, "'NO'")


def _outer(tokens: list[Token]) -> list[int]:
    """Return the indexes of tokens outside of all parentheses."""
    found, at = [], 0
    while at < len(tokens):
        found.append(at)
        at = closing(tokens, at) + 1 if tokens[at].word == "(" else at + 1
    return found


def _aliases(tokens: list[Token], where: int) -> dict[str, tuple[int, int]]:
    """Map each alias of the SELECT list to the span of its expression."""
    aliases: dict[str, tuple[int, int]] = {}
    first = 1
    for index in _outer(tokens):
        word = tokens[index].word
        if index >= where or word == "FROM":
            break
        if word == "AS" and "_" in tokens[index + 1].word:
            aliases[tokens[index + 1].word] = (first, index)
        first = index + 1 if word == "," else first
    return aliases


RULES = (
    Rule(
        name="split-numbers",
        mark="X",
        text="A number ends at the first letter: 4WHEN is two tokens.",
        apply=split_numbers,
    ),
    Rule(
        name="driver-aliases",
        mark="X",
        text="redshift_connector's queries for tables filter by aliases of their SELECT list.",
        apply=aliases_in_where,
    ),
    Rule(
        name="driver-columns",
        mark="X",
        text="redshift_connector's query for columns repeats an alias of its SELECT list.",
        apply=generated_columns,
    ),
)
