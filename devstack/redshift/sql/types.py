"""Redshift's column types as a table: spellings, limits, and the PostgreSQL types that store them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing
from devstack.redshift.wire.messages import ServerError


@dataclass(frozen=True, kw_only=True)
class TypeName:
    """A type as written: ``name`` is its words in lower case, ``arguments`` the items in parentheses."""

    name: str
    arguments: tuple[str, ...]
    behind: int
    array: bool = False

    def __str__(self) -> str:
        inside = f"({','.join(self.arguments)})" if self.arguments else ""
        return f"{self.name}{inside}{'[]' if self.array else ''}"


def _plain(stored: str) -> Callable[[TypeName], str]:
    def make(written: TypeName) -> str:
        if written.arguments:
            raise ServerError(code="42601", message='syntax error at or near "("')
        return stored

    return make


def _sized(stored: str, default: int, most: int, shown: str) -> Callable[[TypeName], str]:
    def make(written: TypeName) -> str:
        if not written.arguments:
            return f"{stored}({default})"
        size = most if written.arguments[0].upper() == "MAX" else _number(written.arguments[0])
        if size > most:
            raise ServerError(code="22023", message=f"length for type {shown} cannot exceed {most}")
        if size < 1:
            raise ServerError(code="22023", message=f"length for type {shown} must be at least 1")
        return f"{stored}({size})"

    return make


def _decimal(written: TypeName) -> str:
    precision = _number(written.arguments[0]) if written.arguments else 18
    scale = _number(written.arguments[1]) if len(written.arguments) > 1 else 0
    if not 1 <= precision <= 38:
        raise ServerError(code="22023", message=f"DECIMAL precision {precision} must be between 1 and 38")
    if not 0 <= scale <= precision:
        raise ServerError(code="22023", message=f"DECIMAL scale {scale} must be between 0 and precision {precision}")
    return f"numeric({precision},{scale})"


def _float(written: TypeName) -> str:
    return "real" if written.arguments and _number(written.arguments[0]) <= 24 else "double precision"


def _text(_: TypeName) -> str:
    return "varchar(256)"


def _number(text: str) -> int:
    if not text.isdigit():
        raise ServerError(code="42601", message=f'syntax error at or near "{text}"')
    return int(text)


_VARCHAR = _sized("varchar", 256, 65535, "varchar")
_CHAR = _sized("char", 1, 4096, "character")
_VARBYTE = _sized("varbyte", 64000, 16_777_216, "varbyte")
TYPES: dict[str, Callable[[TypeName], str]] = {
    "smallint": _plain("smallint"),
    "int2": _plain("smallint"),
    "integer": _plain("integer"),
    "int": _plain("integer"),
    "int4": _plain("integer"),
    "bigint": _plain("bigint"),
    "int8": _plain("bigint"),
    "decimal": _decimal,
    "numeric": _decimal,
    "dec": _decimal,
    "real": _plain("real"),
    "float4": _plain("real"),
    "double precision": _plain("double precision"),
    "float8": _plain("double precision"),
    "float": _float,
    "boolean": _plain("boolean"),
    "bool": _plain("boolean"),
    "char": _CHAR,
    "character": _CHAR,
    "nchar": _CHAR,
    "bpchar": lambda _: "char(256)",
    "varchar": _VARCHAR,
    "character varying": _VARCHAR,
    "nvarchar": _VARCHAR,
    "text": _text,
    "date": _plain("date"),
    "timestamp": _plain("timestamp"),
    "datetime": _plain("timestamp"),
    "timestamp without time zone": _plain("timestamp"),
    "timestamptz": _plain("timestamptz"),
    "timestamp with time zone": _plain("timestamptz"),
    "time": _plain("time"),
    "time without time zone": _plain("time"),
    "timetz": _plain("timetz"),
    "time with time zone": _plain("timetz"),
    "super": _plain("super"),
    "varbyte": _VARBYTE,
    "varbinary": _VARBYTE,
    "binary varying": _VARBYTE,
}
LACKING = frozenset(("geometry", "geography", "hllsketch", "interval"))
SECOND_WORDS = {
    "DOUBLE": ("PRECISION",),
    "CHARACTER": ("VARYING",),
    "BINARY": ("VARYING",),
    "TIMESTAMP": ("WITH", "WITHOUT"),
    "TIME": ("WITH", "WITHOUT"),
}


def read_type(tokens: list[Token], at: int) -> TypeName:
    """Read the type that starts at an index."""
    words = [tokens[at].name if at < len(tokens) else ""]
    behind = at + 1
    if (
        tokens[at].word in SECOND_WORDS
        and behind < len(tokens)
        and tokens[behind].word in SECOND_WORDS[tokens[at].word]
    ):
        count = 3 if tokens[behind].word in ("WITH", "WITHOUT") else 1
        words += [token.name for token in tokens[behind : behind + count]]
        behind += count
    arguments: tuple[str, ...] = ()
    if behind < len(tokens) and tokens[behind].word == "(":
        end = closing(tokens, behind)
        arguments = tuple(token.text for token in tokens[behind + 1 : end] if token.word != ",")
        behind = end + 1
    array = behind < len(tokens) and tokens[behind].word == "["
    while behind < len(tokens) and (
        tokens[behind].word in ("[", "]") or (array and tokens[behind].kind is Kind.NUMBER)
    ):
        behind += 1
    return TypeName(name=" ".join(words), arguments=arguments, behind=behind, array=array)


def stored_type(written: TypeName, column: str) -> str:
    """Return PostgreSQL's type for a column. Raise ServerError for a type that Redshift or the stand-in lacks."""
    if written.name in LACKING:
        raise ServerError(code="0A000", message=f"The Redshift stand-in lacks the type {written.name}")
    make = TYPES.get(written.name)
    if make is None or written.array:
        raise ServerError(code="0A000", message=f'Column "{column}" has unsupported type "{written}".')
    return make(written)
