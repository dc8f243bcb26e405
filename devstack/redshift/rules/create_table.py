"""CREATE TABLE: Redshift's grammar, with keys that are not enforced and distribution attributes."""

from __future__ import annotations

import json
from typing import Any

from devstack.redshift.rules.attributes import TableAttributes, read_attributes
from devstack.redshift.rules.columns import Body, read_column
from devstack.redshift.rules.names import near
from devstack.redshift.rules.plan import Plan, Rule, Situation, refuse
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import closing, literal, qualified_name, quote


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
        given = {"name": stored_name(tokens[1].name)} if tokens[0].word == "CONSTRAINT" else {}
        kind = "UNIQUE" if kind == "UNIQUE" else f"{kind} KEY"
        body.keys.append({"kind": kind, "columns": ",".join(names), **given})
    elif kind in ("CHECK", "EXCLUDE"):
        raise refuse(f"{kind} constraints are not supported", "0A000")
    else:
        body.columns.append(read_column(tokens, table, body))


def _like(tokens: list[Token], body: Body) -> None:
    parent, at = qualified_name(tokens, 1)
    rest = [token.word for token in tokens[at:]]
    if rest not in ([], ["INCLUDING", "DEFAULTS"], ["EXCLUDING", "DEFAULTS"]):
        raise near(tokens[at])
    body.likes.append((tuple(stored_name(p) for p in parent), rest[:1] == ["INCLUDING"]))


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
        text="DISTSTYLE, DISTKEY, SORTKEY and ENCODE are accepted; PRIMARY KEY, UNIQUE and REFERENCES are "
        "not enforced.",
        apply=create_table,
    ),
)
