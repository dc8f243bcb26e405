"""Expressions that are spelled differently in PostgreSQL."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Rule, Situation
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.types import read_type, stored_type

RENAMED = {
    "FORMAT_TYPE": "standin.type_name",
    "REGEXP_REPLACE": "standin.regexp_replace",
    "VERSION": "pg_catalog.standin_version",
    "PG_TERMINATE_BACKEND": "standin.terminate",
}
DEFAULTED = frozenset(("decimal", "numeric", "dec"))
RESPELLED = frozenset(("nvarchar", "varbinary", "binary varying", "nchar", "datetime", "float"))


def expressions(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens):
        before = tokens[index - 1].word if index else ""
        if token.kind is not Kind.WORD or (before == "." and tokens[index - 2].name != "pg_catalog"):
            continue
        calls = index + 1 < len(tokens) and tokens[index + 1].word == "("
        if token.word == "SYSDATE" and before != "AS":
            plan.statement.replace(token.start, token.end, "pg_catalog.sysdate()")
        elif token.word == "PG_STAT_ACTIVITY":
            start = tokens[index - 2].start if before == "." else token.start
            plan.statement.replace(start, token.end, "standin.pg_stat_activity")
        elif token.word in RENAMED and calls:
            start = tokens[index - 2].start if before == "." else token.start
            plan.statement.replace(start, token.end, RENAMED[token.word])


def show_version(plan: Plan, _: Situation) -> None:
    if plan.statement.starts("SHOW", "SERVER_VERSION"):
        plan.sql, plan.tag = "SELECT '8.0.2'::varchar AS server_version", "SHOW"


def casts(plan: Plan, _: Situation) -> None:
    """Replace types in casts: DECIMAL alone means DECIMAL(18,0), and some types have other names in PostgreSQL."""
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.word == "::" or (token.word == "AS" and "CAST" in (t.word for t in tokens[:index])):
            _respell(plan, tokens, index + 1)


def _respell(plan: Plan, tokens: list[Token], at: int) -> None:
    written = read_type(tokens, at)
    if written.array:
        return
    maximum = "MAX" in (argument.upper() for argument in written.arguments)
    if written.name in DEFAULTED or written.name in RESPELLED or maximum:
        first, last = tokens[at], tokens[written.behind - 1]
        plan.statement.replace(first.start, last.end, stored_type(written, ""))


RULES = (
    Rule(
        name="sysdate",
        mark="D",
        text="SYSDATE is the start time of the transaction, VERSION() contains 8.0.2.",
        apply=expressions,
    ),
    Rule(name="server-version", mark="X", text="SHOW server_version returns 8.0.2.", apply=show_version),
    Rule(name="cast-defaults", mark="D", text="CAST(x AS DECIMAL) means DECIMAL(18,0).", apply=casts),
)
