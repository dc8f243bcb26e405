"""Redshift trusts declared keys: for rows that are distinct by a PRIMARY KEY or UNIQUE it keeps duplicates.

This module finds the spans where a statement requests distinct rows of one table by bare columns. The session then
queries the catalogue whether the columns contain a declared key, and only then removes the DISTINCT or GROUP BY.
"""

from __future__ import annotations

from dataclasses import dataclass

from devstack.redshift.rules.plan import Distinct, Plan, Rule, Situation
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import closing, qualified_name, quote

CLAUSES = frozenset(
    ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "MINUS")
)


@dataclass(frozen=True, kw_only=True)
class _Block:
    """One SELECT: per clause the span of tokens after its keyword, outside of inner parentheses."""

    first: int
    spans: dict[str, tuple[int, int]]


def distinct_rows(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens):
        if token.word == "SELECT":
            plan.distinct += tuple(_places(tokens, _block(tokens, index)))


def _block(tokens: list[Token], first: int) -> _Block:
    spans: dict[str, tuple[int, int]] = {}
    word, begun, at = "SELECT", first + 1, first + 1
    while at < len(tokens) and tokens[at].word != ")":
        if tokens[at].word in CLAUSES:
            spans[word] = (begun, at)
            word, begun = tokens[at].word, at + 1
            if word in ("UNION", "EXCEPT", "INTERSECT", "MINUS"):
                break
        at = closing(tokens, at) + 1 if tokens[at].word == "(" else at + 1
    spans[word] = (begun, min(at, len(tokens)))
    return _Block(first=first, spans=spans)


def _places(tokens: list[Token], block: _Block) -> list[Distinct]:
    relation = _only_table(tokens, block)
    if relation is None:
        return []
    begun, ended = block.spans["SELECT"]
    if tokens[begun].word == "DISTINCT":
        columns = _columns(tokens, begun + 1, ended)
        return [Distinct(relation=relation, columns=columns, start=tokens[begun].start, end=tokens[begun].end)]
    if "GROUP" in block.spans:
        return _grouped(tokens, block, relation)
    return [
        Distinct(relation=relation, columns=(tokens[at + 3].name,), start=tokens[at + 2].start, end=tokens[at + 2].end)
        for at in range(begun, ended - 4)
        if [t.word for t in tokens[at : at + 3]] == ["COUNT", "(", "DISTINCT"] and tokens[at + 4].word == ")"
    ]


def _grouped(tokens: list[Token], block: _Block, relation: str) -> list[Distinct]:
    """Return the GROUP BY of a SELECT without aggregates."""
    begun, ended = block.spans["SELECT"]
    by, behind = block.spans["GROUP"]
    if "HAVING" in block.spans or any(token.word == "(" for token in tokens[begun:ended]):
        return []
    columns = _columns(tokens, by + 1, behind)
    return [Distinct(relation=relation, columns=columns, start=tokens[by - 1].start, end=tokens[behind - 1].end)]


def _only_table(tokens: list[Token], block: _Block) -> str | None:
    """Return the table of a FROM that names a single table."""
    at, behind = block.spans.get("FROM", (0, 0))
    name, at = qualified_name(tokens[:behind], at)
    at += at < behind and tokens[at].word == "AS"
    at += at < behind and tokens[at].is_name
    return quote(*map(stored_name, name)) if name and at == behind else None


def _columns(tokens: list[Token], at: int, behind: int) -> tuple[str, ...]:
    """Return the items of a list that are plain columns."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[at:behind]:
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if token.word == "," and depth == 0:
            items.append([])
        else:
            items[-1].append(token)
    return tuple(item[-1].name for item in items if item and _is_column(item))


def _is_column(item: list[Token]) -> bool:
    return (
        all(token.is_name if number % 2 == 0 else token.word == "." for number, token in enumerate(item))
        and len(item) % 2 == 1
    )


RULES = (
    Rule(
        name="declared-keys",
        mark="D",
        text="Rows are assumed to be distinct by a declared PRIMARY KEY or UNIQUE, although it is not enforced.",
        apply=distinct_rows,
    ),
)
