"""One statement of a query text, with its tokens and the edits of the rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from devstack.redshift.sql.lexer import Kind, Token, tokenize


@dataclass(kw_only=True)
class Statement:
    """``text`` is as the client sent it; ``edits`` replace spans of it before it is sent to PostgreSQL."""

    text: str
    tokens: list[Token]
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def words(self, count: int, start: int = 0) -> tuple[str, ...]:
        return tuple(token.word for token in self.tokens[start : start + count])

    def starts(self, *words: str) -> bool:
        return self.words(len(words)) == words

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace the source between two offsets."""
        self.edits.append((start, end, text))

    def replace_tokens(self, first: int, behind: int, text: str) -> None:
        """Replace the tokens from ``first`` up to but not including ``behind``."""
        self.edits.append((self.tokens[first].start, self.tokens[behind - 1].end, text))

    def edited(self) -> str:
        """Return the text with every edit applied. An edit inside a wider one is dropped."""
        out, at = [], 0
        for start, end, text in sorted(self.edits, key=lambda e: (e[0], -e[1])):
            if start < at:
                continue
            out += [self.text[at:start], text]
            at = end
        return "".join([*out, self.text[at:]])

    def source(self, first: int, behind: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[behind - 1].end]


def split(sql: str) -> list[Statement]:
    """Split a query text at its semicolons; empty statements are dropped."""
    statements: list[Statement] = []
    current: list[Token] = []
    for token in [*tokenize(sql), Token(Kind.SYMBOL, ";", len(sql), len(sql), ";")]:
        if token.word != ";":
            current.append(token)
            continue
        if current:
            statements.append(_cut(sql, current))
        current = []
    return statements


def _cut(sql: str, tokens: list[Token]) -> Statement:
    base = tokens[0].start
    moved = [Token(t.kind, t.text, t.start - base, t.end - base, t.word) for t in tokens]
    return Statement(text=sql[base : tokens[-1].end], tokens=moved)


def closing(tokens: list[Token], opening: int) -> int:
    """Return the index of the parenthesis that closes the one at ``opening``; the last index if there is none."""
    depth = 0
    for index in range(opening, len(tokens)):
        if tokens[index].word == "(":
            depth += 1
        elif tokens[index].word == ")":
            depth -= 1
            if depth == 0:
                return index
    return len(tokens) - 1


def qualified_name(tokens: list[Token], at: int) -> tuple[tuple[str, ...], int]:
    """Read ``a``, ``a.b`` or ``a.b.c`` at an index; return its folded parts and the index after it."""
    parts: list[str] = []
    while at < len(tokens) and tokens[at].is_name:
        parts.append(tokens[at].name)
        if at + 1 < len(tokens) and tokens[at + 1].word == ".":
            at += 2
            continue
        return tuple(parts), at + 1
    return tuple(parts), at


def quote(*parts: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(text: str) -> str:
    r"""Quote a string literal for a server that treats backslashes as escapes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
