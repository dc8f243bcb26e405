"""Tokens of Redshift's SQL. A backslash is an escape in every string literal, as in PostgreSQL 8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<string>[eEbBxXnN]?'(?:[^'\\]|\\.|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<parameter>\$\d+)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<symbol>::|<=|>=|<>|!=|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Kind(Enum):
    STRING = "string"
    QUOTED = "quoted"
    NUMBER = "number"
    PARAMETER = "parameter"
    WORD = "word"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is as written; ``word`` is upper case for bare words and symbols, empty for other tokens.

    ``exact``: a quoted name keeps its case, as with enable_case_sensitive_identifier.
    """

    kind: Kind
    text: str
    start: int
    end: int
    word: str
    exact: bool = False

    @property
    def name(self) -> str:
        """The identifier as Redshift stores it: folded to lower case, even when quoted unless it is ``exact``."""
        name = self.text[1:-1].replace('""', '"') if self.kind is Kind.QUOTED else self.text
        return name if self.exact and self.kind is Kind.QUOTED else name.lower()

    @property
    def value(self) -> str:
        """The content of a string literal."""
        if self.text.startswith("$"):
            return self.text.strip("$")
        inner = self.text[self.text.index("'") + 1 : -1]
        return re.sub(r"''|\\(.)", lambda m: m.group(1) or "'", inner, flags=re.DOTALL)

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.WORD, Kind.QUOTED)


def tokenize(sql: str) -> list[Token]:
    """Return the tokens, without blanks and comments."""
    tokens = []
    for match in _TOKEN.finditer(sql):
        group = match.lastgroup
        if group == "tag":
            group = "string"
        if group == "blank":
            continue
        kind = Kind(group)
        text = match.group()
        word = text.upper() if kind in (Kind.WORD, Kind.SYMBOL) else ""
        tokens.append(Token(kind, text, match.start(), match.end(), word))
    return tokens
