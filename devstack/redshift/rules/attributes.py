"""The table attributes of CREATE TABLE: BACKUP, DISTSTYLE, DISTKEY, SORTKEY, ENCODE AUTO."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.redshift.rules.names import near
from devstack.redshift.sql.lexer import Token
from devstack.redshift.sql.statement import closing


@dataclass(kw_only=True)
class TableAttributes:
    """Table attributes that PostgreSQL does not have and the stand-in records."""

    diststyle: str = ""
    distkey: str = ""
    sortkey: tuple[str, ...] = ()
    sortstyle: str = ""
    given: bool = False


def read_attributes(tokens: list[Token], at: int) -> tuple[TableAttributes, int]:
    """Read attributes from an index on; return them and the index after them."""
    found = TableAttributes()
    while at < len(tokens):
        behind = _one(tokens, at, found)
        if behind == at:
            break
        found.given = True
        at = behind
    return found, at


def _one(tokens: list[Token], at: int, found: TableAttributes) -> int:
    word = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if (word, following) in (("BACKUP", "YES"), ("BACKUP", "NO"), ("ENCODE", "AUTO")):
        return at + 2
    if word == "DISTSTYLE":
        if following not in ("AUTO", "EVEN", "KEY", "ALL"):
            raise near(tokens[min(at + 1, len(tokens) - 1)])
        found.diststyle = "" if following == "KEY" else following
        return at + 2
    if word == "DISTKEY" and following == "(":
        end = closing(tokens, at + 1)
        found.distkey = tokens[at + 2].name
        if end != at + 3:
            raise near(tokens[at + 3])
        return end + 1
    return _sortkey(tokens, at, found)


def _sortkey(tokens: list[Token], at: int, found: TableAttributes) -> int:
    start = at
    if tokens[at].word in ("COMPOUND", "INTERLEAVED"):
        found.sortstyle = tokens[at].word
        at += 1
    if at >= len(tokens) or tokens[at].word != "SORTKEY":
        return start
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if following == "AUTO":
        found.sortstyle = "AUTO"
        return at + 2
    if following != "(":
        raise near(tokens[at])
    end = closing(tokens, at + 1)
    found.sortkey = tuple(token.name for token in tokens[at + 2 : end] if token.is_name)
    return end + 1
