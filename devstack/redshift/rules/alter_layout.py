"""ALTER TABLE ... ALTER: column encodings, distribution and sort key, recorded for the views that show them."""

from __future__ import annotations

import json
from typing import Any

from devstack.redshift.rules.columns import ENCODINGS
from devstack.redshift.rules.names import near
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import closing, literal

LAYOUTS = frozenset({"DISTKEY", "SORTKEY", "COMPOUND", "DISTSTYLE", "ENCODE"})


def alter_layout(table: str, tokens: list[Token], at: int) -> str:
    """Return the statement that records the change; ``at`` is the index after ALTER."""
    if tokens[at].word == "DISTSTYLE":
        change, behind = _diststyle(tokens, at)
    elif tokens[at].word == "DISTKEY":
        change, behind = _by_key(_name(tokens, at + 1)), at + 2
    elif tokens[at].word == "ENCODE":
        change, behind = {}, at + 2
        if _word(tokens, at + 1) != "AUTO":
            raise near(tokens[min(at + 1, len(tokens) - 1)])
    else:
        change, behind = _sortkey(tokens, at + (tokens[at].word == "COMPOUND"))
    if behind < len(tokens):
        raise near(tokens[behind])
    return record(table, change)


def alter_encodings(table: str, tokens: list[Token], at: int) -> str:
    """Return the statement that records one or more ``ALTER [COLUMN] name ENCODE encoding``."""
    found: dict[str, str] = {}
    while True:
        at += _word(tokens, at) == "COLUMN"
        name, encoding = _name(tokens, at), _word(tokens, at + 2)
        if _word(tokens, at + 1) != "ENCODE" or encoding not in ENCODINGS:
            raise near(tokens[min(at + 2, len(tokens) - 1)])
        found[name] = encoding.lower()
        at += 3
        if at >= len(tokens):
            return record(table, {"encodings": found})
        if _word(tokens, at) != "," or _word(tokens, at + 1) != "ALTER":
            raise near(tokens[at])
        at += 2


def record(table: str, change: dict[str, Any], *, first: str = "") -> str:
    """Return a block that runs ``first`` and then records ``change``; it fails for users who do not own the table."""
    before = f"EXECUTE {literal(first)}; " if first else ""
    call = f"PERFORM standin.alter_layout({literal(table)}, {literal(json.dumps(change))}::jsonb);"
    return f"DO LANGUAGE plpgsql {literal(f'BEGIN {before}{call} END')}"


def _diststyle(tokens: list[Token], at: int) -> tuple[dict[str, Any], int]:
    style = _word(tokens, at + 1)
    if style == "KEY" and _word(tokens, at + 2) == "DISTKEY":
        return _by_key(_name(tokens, at + 3)), at + 4
    if style not in ("ALL", "EVEN", "AUTO"):
        raise near(tokens[min(at + 1, len(tokens) - 1)])
    return {"diststyle": "AUTO(ALL)" if style == "AUTO" else style, "distkey": None}, at + 2


def _by_key(column: str) -> dict[str, Any]:
    return {"diststyle": f"KEY({column})", "distkey": column}


def _sortkey(tokens: list[Token], at: int) -> tuple[dict[str, Any], int]:
    if _word(tokens, at + 1) in ("AUTO", "NONE"):
        return {"sortkey": []}, at + 2
    if _word(tokens, at) != "SORTKEY" or _word(tokens, at + 1) != "(":
        raise near(tokens[min(at + 1, len(tokens) - 1)])
    end = closing(tokens, at + 1)
    return {"sortkey": [stored_name(t.name) for t in tokens[at + 2 : end] if t.is_name]}, end + 1


def _word(tokens: list[Token], at: int) -> str:
    return tokens[at].word if at < len(tokens) else ""


def _name(tokens: list[Token], at: int) -> str:
    if at >= len(tokens) or not tokens[at].is_name:
        raise near(tokens[min(at, len(tokens) - 1)])
    return stored_name(tokens[at].name)
