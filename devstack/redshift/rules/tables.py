"""CREATE TABLE: Redshift's grammar, whose keys inform and whose distribution PostgreSQL does not know."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from devstack.redshift.rules.attributes import TableAttributes, read_attributes
from devstack.redshift.rules.names import check_name, folded, near
from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing, literal, qualified_name, quote
from devstack.redshift.sql.types import read_type, stored_type
from devstack.redshift.sql.words import words

ENCODINGS = words(
    """
    RAW AZ64 BYTEDICT DELTA DELTA32K LZO MOSTLY8 MOSTLY16 MOSTLY32 RUNLENGTH TEXT255 TEXT32K ZSTD AUTO NONE
    """
)
ATTRIBUTES = words(
    """
    NOT NULL ENCODE DISTKEY SORTKEY UNIQUE PRIMARY REFERENCES COLLATE GENERATED IDENTITY
    """
)


@dataclass(kw_only=True)
class Column:
    """One column of a definition: what PostgreSQL gets, and what is recorded beside it."""

    name: str
    stored: str
    default: str = ""
    not_null: bool = False
    encoding: str = ""
    distkey: bool = False
    sortkey: bool = False

    @property
    def sql(self) -> str:
        default = f" DEFAULT {self.default}" if self.default else ""
        return f"{quote(self.name)} {self.stored}{default}{' NOT NULL' if self.not_null else ''}"


@dataclass(kw_only=True)
class Body:
    """What stands in the parentheses."""

    columns: list[Column] = field(default_factory=list)
    likes: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    keys: list[dict[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def create_table(plan: Plan, _: Situation) -> None:
    statement, tokens = plan.statement, plan.statement.tokens
    at = 1
    while at < len(tokens) and tokens[at].word in ("LOCAL", "TEMP", "TEMPORARY"):
        at += 1
    if not statement.starts("CREATE") or statement.words(1, at) != ("TABLE",):
        return
    temporary = at > 1
    at += 1
    exists = statement.words(3, at) == ("IF", "NOT", "EXISTS")
    at += 3 if exists else 0
    name, at = qualified_name(tokens, at)
    stored = tuple(stored_name(part) for part in name)
    opening = at if at < len(tokens) and tokens[at].word == "(" else None
    if opening is not None:
        at = closing(tokens, opening) + 1
    attributes, behind = read_attributes(tokens, at)
    plan.tag = "CREATE TABLE"
    if behind < len(tokens) and tokens[behind].word == "AS":
        plan.tag = None
        if behind > at:
            statement.replace_tokens(at, behind, "")
        plan.after.append(_record(stored, attributes, Body()))
        return
    if behind < len(tokens) or opening is None:
        raise near(tokens[min(behind, len(tokens) - 1)])
    body = _body(tokens[opening + 1 : at - 1], ".".join(name))
    head = f"CREATE {'TEMP ' if temporary else ''}TABLE {'IF NOT EXISTS ' if exists else ''}{quote(*stored)}"
    plan.sql = f"{head} ({', '.join(body.order)})"
    plan.after += [
        f"SELECT standin.record_like({literal(quote(*stored))}, {literal(quote(*p))})" for p, _ in body.likes
    ]
    _check_keys(body, attributes)
    if not body.likes or attributes.given:
        plan.after.append(_record(stored, attributes, body))


def _body(tokens: list[Token], table: str) -> Body:
    body = Body()
    for element in _elements(tokens):
        _element(element, table, body)
    primary = {name for key in body.keys if key["kind"] == "PRIMARY KEY" for name in key["columns"].split(",")}
    for column in body.columns:
        column.not_null = column.not_null or column.name in primary
        body.order.append(column.sql)
    for parent, defaults in body.likes:
        body.order.append(f"LIKE {quote(*parent)}{' INCLUDING DEFAULTS' if defaults else ''}")
    return body


def _elements(tokens: list[Token]) -> list[list[Token]]:
    elements: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.word, 0)
        if token.word == "," and depth == 0:
            elements.append([])
        else:
            elements[-1].append(token)
    return elements


def _element(tokens: list[Token], table: str, body: Body) -> None:
    if not tokens:
        raise refuse('syntax error at or near ","', "42601")
    if tokens[0].word == "LIKE":
        _like(tokens, body)
        return
    rest = tokens[2:] if tokens[0].word == "CONSTRAINT" else tokens
    kind = rest[0].word if rest else ""
    if kind in ("UNIQUE", "PRIMARY", "FOREIGN") and len(rest) > 1:
        opening = next((i for i, t in enumerate(rest) if t.word == "("), len(rest) - 1)
        names = [t.name for t in rest[opening + 1 : closing(rest, opening)] if t.is_name]
        body.keys.append({"kind": "UNIQUE" if kind == "UNIQUE" else f"{kind} KEY", "columns": ",".join(names)})
    elif kind in ("CHECK", "EXCLUDE"):
        raise refuse(f"{kind} constraints are not supported", "0A000")
    else:
        body.columns.append(_column(tokens, table, body))


def _like(tokens: list[Token], body: Body) -> None:
    parent, at = qualified_name(tokens, 1)
    rest = [token.word for token in tokens[at:]]
    if rest not in ([], ["INCLUDING", "DEFAULTS"], ["EXCLUDING", "DEFAULTS"]):
        raise near(tokens[at])
    body.likes.append((tuple(stored_name(p) for p in parent), rest[:1] == ["INCLUDING"]))


def _column(tokens: list[Token], table: str, body: Body) -> Column:
    check_name(tokens[0])
    name = tokens[0].name
    if len(tokens) < 2:
        raise near(tokens[0])
    written = read_type(tokens, 1)
    column = Column(name=stored_name(name), stored=stored_type(written, f"{table}.{name}"))
    at = written.behind
    while at < len(tokens):
        at = _attribute(tokens, at, column, body)
    return column


def _attribute(tokens: list[Token], at: int, column: Column, body: Body) -> int:
    word = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if word == "DEFAULT":
        end = at + 1
        depth = 0
        while end < len(tokens) and (depth or tokens[end].word not in ATTRIBUTES or end == at + 1):
            depth += {"(": 1, ")": -1}.get(tokens[end].word, 0)
            end += 1
        column.default = render(tokens[at + 1 : end])
        return end
    if word == "NOT" and following == "NULL":
        column.not_null = True
        return at + 2
    if word == "ENCODE" and following in ENCODINGS:
        column.encoding = following.lower()
        return at + 2
    if word in ("DISTKEY", "SORTKEY"):
        column.distkey, column.sortkey = column.distkey or word == "DISTKEY", column.sortkey or word == "SORTKEY"
        return at + 1
    return _constraint(tokens, at, column, body)


def _constraint(tokens: list[Token], at: int, column: Column, body: Body) -> int:
    word = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if word == "NULL":
        return at + 1
    if word == "CONSTRAINT":
        return at + 2
    if word == "UNIQUE":
        body.keys.append({"kind": "UNIQUE", "columns": column.name})
        return at + 1
    if word == "PRIMARY" and following == "KEY":
        body.keys.append({"kind": "PRIMARY KEY", "columns": column.name})
        return at + 2
    if word == "REFERENCES":
        _, at = qualified_name(tokens, at + 1)
        body.keys.append({"kind": "FOREIGN KEY", "columns": column.name})
        return closing(tokens, at) + 1 if at < len(tokens) and tokens[at].word == "(" else at
    if word == "COLLATE" and following in ("CASE_SENSITIVE", "CS"):
        return at + 2
    if word in ("GENERATED", "IDENTITY", "COLLATE"):
        raise refuse(f"The Redshift stand-in lacks {word} columns", "0A000")
    if word == "CHECK":
        raise refuse("CHECK constraints are not supported", "0A000")
    raise near(tokens[at])


def render(tokens: list[Token]) -> str:
    return " ".join(folded(token) if token.kind is Kind.QUOTED else token.text for token in tokens)


def _check_keys(body: Body, attributes: TableAttributes) -> None:
    for column in body.columns:
        key = column.distkey or column.sortkey or column.name in (attributes.distkey, *attributes.sortkey)
        if key and column.stored.startswith(("super", "varbyte")):
            kind = "distkey" if column.distkey or column.name == attributes.distkey else "sortkey"
            raise refuse(f'Column "{column.name}" of type {column.stored} cannot be a {kind}', "0A000")
    known = {column.name for column in body.columns}
    for name in (*attributes.sortkey, *filter(None, (attributes.distkey,))):
        if known and not body.likes and name not in known:
            raise refuse(f'column "{name}" named in key does not exist', "42703")


def _record(table: tuple[str, ...], attributes: TableAttributes, body: Body) -> str:
    distkey = attributes.distkey or next((c.name for c in body.columns if c.distkey), "")
    sortkey = attributes.sortkey or tuple(c.name for c in body.columns if c.sortkey)
    style = attributes.diststyle or (f"KEY({distkey})" if distkey else "AUTO(ALL)")
    names = [c.name for c in body.columns] or [*sortkey, *([distkey] if distkey and distkey not in sortkey else [])]
    encodings = {c.name: c.encoding for c in body.columns}
    columns: list[dict[str, Any]] = [
        {
            "name": name,
            "encoding": encodings.get(name, ""),
            "distkey": name == distkey,
            "sortkey": sortkey.index(name) + 1 if name in sortkey else 0,
        }
        for name in names
    ]
    values = [literal(quote(*table)), literal(style), literal(attributes.sortstyle)]
    values += [literal(json.dumps(body.keys)), literal(json.dumps(columns))]
    return f"SELECT standin.record_table({', '.join(values)})"


RULES = (
    Rule(
        name="create-table",
        mark="D",
        text="DISTSTYLE, DISTKEY, SORTKEY and ENCODE are accepted; PRIMARY KEY, UNIQUE and REFERENCES inform only.",
        apply=create_table,
    ),
)
