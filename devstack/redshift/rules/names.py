"""Names: folded to lower case even when quoted, 127 bytes, reserved words quoted."""

from __future__ import annotations

from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.rules.reserved import NEVER_BARE, RESERVED
from devstack.redshift.sql.identifier import POSTGRES_BYTES, stored_name
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing


def fold(plan: Plan, situation: Situation) -> None:
    statement = plan.statement
    for token in statement.tokens:
        if token.kind is Kind.QUOTED:
            statement.replace(token.start, token.end, folded(token, case_sensitive=situation.case_sensitive))
        elif token.kind is Kind.WORD and len(token.text.encode()) > POSTGRES_BYTES:
            statement.replace(token.start, token.end, folded(token, case_sensitive=False))


def folded(token: Token, *, case_sensitive: bool = False) -> str:
    """Return a quoted name as PostgreSQL is to store it; its own limit is half of Redshift's."""
    name = token.text[1:-1].replace('""', '"') if case_sensitive else token.name
    return '"' + stored_name(name).replace('"', '""') + '"'


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
    """The column list of an INSERT holds nothing but names."""
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
    """Refuse a bare reserved word, or what is no name, where a new name is given."""
    if not token.is_name or token.word in RESERVED:
        raise near(token)


def near(token: Token) -> Exception:
    return refuse(f'syntax error at or near "{token.text}"', "42601")


RULES = (
    Rule(name="fold-names", mark="D", text="A name is folded to lower case even when quoted; 127 bytes.", apply=fold),
    Rule(name="reserved-words", mark="D", text="A reserved word is no name unless quoted.", apply=reserved_words),
)
