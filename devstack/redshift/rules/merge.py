"""Redshift's MERGE: both clauses or REMOVE DUPLICATES, a table as source, an alias for the source only."""

from __future__ import annotations

from devstack.redshift.rules.names import near
from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import literal, qualified_name, quote


def merge(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    words = [token.word for token in tokens]
    if words[0] == "WITH" and "MERGE" in words:
        raise near(tokens[words.index("MERGE")])
    if words[0] != "MERGE":
        return
    target, at = _target(tokens)
    source, alias, at = _source(tokens, at)
    whens = [i for i in range(at, len(words)) if words[i] == "WHEN" and words[i + 1 : i + 2] in (["MATCHED"], ["NOT"])]
    if words[-2:] == ["REMOVE", "DUPLICATES"]:
        if whens:
            raise near(tokens[-2])
        plan.tag = "MERGE"
        condition = plan.statement.source(at + 1, len(tokens) - 2)
        body = (
            f"BEGIN DELETE FROM {target} USING {source} {alias} WHERE {condition}; "
            f"INSERT INTO {target} SELECT DISTINCT * FROM {source}; END"
        )
        plan.sql = f"DO LANGUAGE plpgsql {literal(body)}"
        return
    _check_clauses(tokens, words, whens)


def _target(tokens: list[Token]) -> tuple[str, int]:
    at = 2 if len(tokens) > 1 and tokens[1].word == "INTO" else 1
    name, at = qualified_name(tokens, at)
    if at >= len(tokens) or tokens[at].word != "USING":
        raise near(tokens[min(at, len(tokens) - 1)])
    return quote(*map(stored_name, name)), at + 1


def _source(tokens: list[Token], at: int) -> tuple[str, str, int]:
    if at < len(tokens) and tokens[at].word == "(":
        raise refuse("MERGE source must be a table", "0A000")
    name, at = qualified_name(tokens, at)
    alias = ""
    if at < len(tokens) and tokens[at].word != "ON":
        at += tokens[at].word == "AS"
        alias = quote(tokens[at].name)
        at += 1
    if at >= len(tokens) or tokens[at].word != "ON":
        raise near(tokens[min(at, len(tokens) - 1)])
    return quote(*map(stored_name, name)), alias, at


def _check_clauses(tokens: list[Token], words: list[str], whens: list[int]) -> None:
    kinds = ["MATCHED" if words[i + 1] == "MATCHED" else "NOT MATCHED" for i in whens]
    for index, kind in zip(whens, kinds, strict=True):
        then = index + (2 if kind == "MATCHED" else 3)
        if words[then : then + 1] != ["THEN"]:
            raise near(tokens[min(then, len(tokens) - 1)])
    if kinds != ["MATCHED", "NOT MATCHED"]:
        raise refuse("MERGE needs both WHEN MATCHED and WHEN NOT MATCHED, in this order, or REMOVE DUPLICATES", "42601")


RULES = (
    Rule(
        name="merge",
        mark="D",
        text="MERGE has both WHEN clauses or REMOVE DUPLICATES; its source is a table; only the source has an alias.",
        apply=merge,
    ),
)
