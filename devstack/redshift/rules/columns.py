"""The columns of CREATE TABLE: Redshift's attributes, and the keys that columns declare."""

from __future__ import annotations

from dataclasses import dataclass, field

from devstack.redshift.rules.names import check_name, folded, near
from devstack.redshift.rules.plan import refuse
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing, qualified_name, quote
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
# Types by the start of their PostgreSQL name, and the types that an encoding fits.
FAMILIES = {
    "smallint": "2", "integer": "4", "bigint": "8", "numeric": "n", "real": "f", "double": "f", "boolean": "b",
    "varchar": "v", "character": "c", "char": "c", "date": "d", "timestamptz": "z", "timestamp": "t", "time": "h",
    "varbyte": "y", "super": "s",
}  # fmt: skip
FITTING = {
    "az64": "248ndtzh", "bytedict": "248nfvcdtz", "delta": "248ndt", "delta32k": "48ndt", "lzo": "248nvcdtzy",
    "mostly8": "248n", "mostly16": "48n", "mostly32": "8n", "runlength": "248nfbvcdtz", "text255": "v", "text32k": "v",
    "zstd": "248nfbvcdtzhy",
}  # fmt: skip


@dataclass(kw_only=True)
class Column:
    """One column of a definition: its SQL for PostgreSQL, and the attributes that the stand-in records."""

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
    """The content of the parentheses of CREATE TABLE."""

    columns: list[Column] = field(default_factory=list)
    likes: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    keys: list[dict[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def read_column(tokens: list[Token], table: str, body: Body) -> Column:
    check_name(tokens[0])
    name = tokens[0].name
    if len(tokens) < 2:
        raise near(tokens[0])
    written = read_type(tokens, 1)
    column = Column(name=stored_name(name), stored=stored_type(written, f"{table}.{name}"))
    at = written.behind
    while at < len(tokens):
        at = _attribute(tokens, at, column, body)
    check_encoding(column.encoding, column.stored, name)
    return column


def check_encoding(encoding: str, stored: str, name: str) -> None:
    """Raise ServerError if a column of the stored type cannot have the encoding."""
    family = next((family for prefix, family in FAMILIES.items() if stored.startswith(prefix)), "")
    if encoding in FITTING and family not in FITTING[encoding]:
        raise refuse(f'invalid encoding type specified for column "{name}"', "0A000")


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
