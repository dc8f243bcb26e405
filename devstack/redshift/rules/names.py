"""Names: folded to lower case even when quoted, cut at 127 bytes, reserved words must be quoted."""

from __future__ import annotations

import re

from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.rules.reserved import NEVER_BARE, RESERVED
from devstack.redshift.sql.identifier import MOST_BYTES, POSTGRES_BYTES, stored_name
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing, literal


def fold(plan: Plan, _: Situation) -> None:
    statement = plan.statement
    for token in statement.tokens:
        if token.kind is Kind.QUOTED or (token.kind is Kind.WORD and len(token.text.encode()) > POSTGRES_BYTES):
            statement.replace(token.start, token.end, folded(token))


CATALOGUE = ("pg_", "svv_", "sys_", "stl_", "stv_", "has_", "to_regclass", "information_schema")


def long_names_in_literals(plan: Plan, _: Situation) -> None:
    """Shorten long names in string literals of catalogue queries, since the catalogue has the shortened names."""
    tokens = plan.statement.tokens
    strings = [t for t in tokens if t.kind is Kind.STRING and t.end - t.start > POSTGRES_BYTES]
    if not strings or not any(t.is_name and t.name.startswith(CATALOGUE) for t in tokens):
        return
    for token in strings:
        parts = re.split(r'(")', token.value)
        shortened = "".join(stored_name(p) if POSTGRES_BYTES < len(p.encode()) <= MOST_BYTES else p for p in parts)
        plan.statement.replace(token.start, token.end, literal(shortened))


def folded(token: Token) -> str:
    """Return a quoted name as PostgreSQL stores it; its limit is half of Redshift's."""
    return '"' + stored_name(token.name).replace('"', '""') + '"'


def reserved_words(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens):
        if token.kind is not Kind.WORD or token.word not in NEVER_BARE:
            continue
        before = tokens[index - 1].word if index else ""
        if before not in (".", "AS", "ENCODE"):
            raise near(token)
    if plan.statement.starts("INSERT", "INTO"):
        _check_list(tokens)


def _check_list(tokens: list[Token]) -> None:
    """Check that the column list of an INSERT contains no reserved word."""
    opening = next((i for i, t in enumerate(tokens) if t.word == "("), None)
    if opening is None or any(t.word in ("SELECT", "VALUES", "DEFAULT") for t in tokens[:opening]):
        return
    inside = tokens[opening + 1 : closing(tokens, opening)]
    if inside and inside[0].word in ("SELECT", "WITH"):
        return
    for token in inside:
        if token.word in RESERVED:
            raise near(token)


def check_name(token: Token) -> None:
    """Raise a syntax error unless a token is a valid new name: not a bare reserved word."""
    if not token.is_name or token.word in RESERVED:
        raise near(token)


def near(token: Token) -> Exception:
    return refuse(f'syntax error at or near "{token.text}"', "42601")


RULES = (
    Rule(
        name="fold-names",
        mark="D",
        text="A name is folded to lower case even when quoted, unless names are case-sensitive, and cut at 127 bytes.",
        apply=fold,
    ),
    Rule(
        name="long-names",
        mark="X",
        text="Names of 64 to 127 bytes are shortened in PostgreSQL and shown in full.",
        apply=long_names_in_literals,
    ),
    Rule(name="reserved-words", mark="D", text="A reserved word must be quoted to be a name.", apply=reserved_words),
)
