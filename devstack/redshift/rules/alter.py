"""ALTER TABLE: one change per statement; a column's type can only change the length of a VARCHAR or VARBYTE."""

from __future__ import annotations

from devstack.redshift.rules.alter_layout import LAYOUTS, alter_encodings, alter_layout, record
from devstack.redshift.rules.columns import ENCODINGS, check_encoding, render
from devstack.redshift.rules.names import check_name, folded, near
from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import closing, literal, qualified_name, quote
from devstack.redshift.sql.types import read_type, stored_type


def alter_table(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    if not plan.statement.starts("ALTER", "TABLE"):
        return
    name, at = qualified_name(tokens, 2)
    if at >= len(tokens):
        raise near(tokens[-1])
    table = quote(*(stored_name(part) for part in name))
    plan.tag = "ALTER TABLE"
    change = {"ADD": _add, "ALTER": _alter, "APPEND": _append, "DROP": _drop, "RENAME": _rename, "OWNER": _owner}
    known = change.get(tokens[at].word)
    if known is None:
        raise near(tokens[at])
    plan.sql = known(table, tokens, at + 1, ".".join(name))


def _add(table: str, tokens: list[Token], at: int, shown: str) -> str:
    if at < len(tokens) and tokens[at].word in ("PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT"):
        return _add_key(table, tokens, at)
    at += tokens[at].word == "COLUMN" if at < len(tokens) else 0
    if at + 1 >= len(tokens):
        raise near(tokens[-1])
    check_name(tokens[at])
    written = read_type(tokens, at + 1)
    stored = stored_type(written, f"{shown}.{tokens[at].name}")
    rest = tokens[written.behind :]
    depth = 0
    for token in rest:
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if token.word == "," and depth == 0:
            raise near(token)
    attributes, encoding = _column_attributes(rest)
    check_encoding(encoding, stored, tokens[at].name)
    sql = f"ALTER TABLE {table} ADD COLUMN {folded_name(tokens[at])} {stored}{attributes}"
    return record(table, {"encodings": {stored_name(tokens[at].name): encoding}}, first=sql) if encoding else sql


def _add_key(table: str, tokens: list[Token], at: int) -> str:
    """Record a key, which is not enforced."""
    given = "NULL"
    if tokens[at].word == "CONSTRAINT" and at + 2 < len(tokens):
        given, at = literal(stored_name(tokens[at + 1].name)), at + 2
    kinds = {"PRIMARY": "PRIMARY KEY", "UNIQUE": "UNIQUE", "FOREIGN": "FOREIGN KEY"}
    opening = next((index for index in range(at, len(tokens)) if tokens[index].word == "("), None)
    if tokens[at].word not in kinds or opening is None:
        raise near(tokens[at])
    names = ",".join(stored_name(t.name) for t in tokens[opening + 1 : closing(tokens, opening)] if t.is_name)
    return _do(f"standin.add_key({literal(table)}, {literal(kinds[tokens[at].word])}, {literal(names)}, {given})")


def _do(call: str) -> str:
    return f"DO LANGUAGE plpgsql {literal(f'BEGIN PERFORM {call}; END')}"


def _column_attributes(rest: list[Token]) -> tuple[str, str]:
    """Return DEFAULT, NULL and NOT NULL as SQL, and the encoding."""
    kept: list[Token] = []
    encoding = ""
    at = 0
    while at < len(rest):
        if rest[at].word == "ENCODE" and at + 1 < len(rest) and rest[at + 1].word in ENCODINGS:
            encoding = rest[at + 1].word.lower()
            at += 2
            continue
        if rest[at].word in ("PRIMARY", "UNIQUE", "REFERENCES", "CHECK", "DISTKEY", "SORTKEY", "IDENTITY"):
            raise near(rest[at])
        kept.append(rest[at])
        at += 1
    words = [token.word for token in kept]
    if "NOT" in words and ("DEFAULT" not in words or words[words.index("DEFAULT") + 1 :][:1] == ["NULL"]):
        raise refuse("ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression", "0A000")
    return f" {render(kept)}" if kept else "", encoding


def _alter(table: str, tokens: list[Token], at: int, shown: str) -> str:
    if at < len(tokens) and tokens[at].word in LAYOUTS:
        return alter_layout(table, tokens, at)
    start = at
    at += at < len(tokens) and tokens[at].word == "COLUMN"
    if at >= len(tokens):
        raise near(tokens[-1])
    column = tokens[at]
    action = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if action == "ENCODE":
        return alter_encodings(table, tokens, start)
    if action != "TYPE":
        raise near(tokens[min(at + 1, len(tokens) - 1)])
    written = read_type(tokens, at + 2)
    stored = stored_type(written, f"{shown}.{column.name}")
    kind, _, size = stored.removesuffix(")").partition("(")
    if kind not in ("varchar", "varbyte") or not size:
        raise refuse(
            f'cannot alter type of column "{column.name}": only the size of a VARCHAR or VARBYTE may change', "0A000"
        )
    return _do(f"standin.widen({literal(table)}, {literal(stored_name(column.name))}, {literal(kind)}, {size})")


def _append(table: str, tokens: list[Token], at: int, _shown: str) -> str:
    if at >= len(tokens) or tokens[at].word != "FROM":
        raise near(tokens[min(at, len(tokens) - 1)])
    source, _ = qualified_name(tokens, at + 1)
    return _do(f"standin.append({literal(table)}, {literal(quote(*map(stored_name, source)))})")


def _drop(table: str, tokens: list[Token], at: int, _shown: str) -> str:
    word = tokens[at].word if at < len(tokens) else ""
    at += word in ("COLUMN", "CONSTRAINT")
    rest = [token.word for token in tokens[at + 1 :]]
    if at >= len(tokens) or rest not in ([], ["CASCADE"], ["RESTRICT"]):
        raise near(tokens[min(at + 1, len(tokens) - 1)])
    if word == "CONSTRAINT":
        return _do(f"standin.drop_key({literal(table)}, {literal(stored_name(tokens[at].name))})")
    return f"ALTER TABLE {table} DROP COLUMN {folded_name(tokens[at])} {' '.join(rest)}"


def _rename(table: str, tokens: list[Token], at: int, _shown: str) -> str:
    if at + 1 < len(tokens) and tokens[at].word == "TO":
        check_name(tokens[at + 1])
        if len(tokens) > at + 2:
            raise near(tokens[at + 2])
        return f"ALTER TABLE {table} RENAME TO {folded_name(tokens[at + 1])}"
    at += tokens[at].word == "COLUMN"
    if at + 2 >= len(tokens) or tokens[at + 1].word != "TO":
        raise near(tokens[-1])
    check_name(tokens[at + 2])
    return f"ALTER TABLE {table} RENAME COLUMN {folded_name(tokens[at])} TO {folded_name(tokens[at + 2])}"


def _owner(table: str, tokens: list[Token], at: int, _shown: str) -> str:
    return f"ALTER TABLE {table} OWNER {render(tokens[at:])}"


def folded_name(token: Token) -> str:
    return folded(token) if token.text.startswith('"') else quote(stored_name(token.name))


RULES = (
    Rule(
        name="alter-table",
        mark="D",
        text="One ADD COLUMN per statement; ALTER COLUMN TYPE only changes the size of a VARCHAR or VARBYTE; "
        "altered encodings, distribution and sort keys are shown in the catalogue.",
        apply=alter_table,
    ),
)
