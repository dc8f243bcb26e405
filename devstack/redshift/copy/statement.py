"""The COPY statement: its grammar, and the options that COPY from Parquet supports."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.redshift.copy.options import KNOWN, SUPPORTED, Value
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Kind
from devstack.redshift.sql.statement import Statement, closing, qualified_name, quote
from devstack.redshift.wire.messages import ServerError


@dataclass(frozen=True, kw_only=True)
class CopyStatement:
    """A COPY of Parquet files. ``columns`` is empty if the statement has no column list."""

    table: tuple[str, ...]
    columns: tuple[str, ...]
    source: str
    options: dict[str, str]

    @property
    def manifest(self) -> bool:
        return "MANIFEST" in self.options

    @property
    def backend_sql(self) -> str:
        columns = f" ({', '.join(quote(stored_name(c)) for c in self.columns)})" if self.columns else ""
        return f"COPY {quote(*map(stored_name, self.table))}{columns} FROM STDIN (FORMAT binary)"


DEFAULT_ROLE = ""  # IAM_ROLE DEFAULT, a keyword; a quoted value is an ARN


def parse_copy(statement: Statement) -> CopyStatement:
    """Parse a COPY. Raise ServerError unless it is a COPY from Parquet, with Redshift's text if it is known."""
    tokens = statement.tokens
    table, at = qualified_name(tokens, 1)
    columns: tuple[str, ...] = ()
    if at < len(tokens) and tokens[at].word == "(":
        end = closing(tokens, at)
        columns = tuple(token.name for token in tokens[at + 1 : end] if token.is_name)
        at = end + 1
    if statement.words(1, at) != ("FROM",):
        raise _syntax(statement, at)
    at += 1
    if at >= len(tokens) or tokens[at].kind is not Kind.STRING:
        raise _no_source()
    source = tokens[at].value
    options = _options(statement, at + 1)
    if not source.startswith("s3://"):
        raise _no_source()
    _check(options)
    return CopyStatement(table=table, columns=columns, source=source, options=options)


def _options(statement: Statement, at: int) -> dict[str, str]:
    tokens, options = statement.tokens, {}
    while at < len(tokens):
        word = tokens[at].word
        at += 1
        if word in ("AS", "WITH"):
            continue
        if word not in KNOWN:
            raise _syntax(statement, at - 1)
        if at < len(tokens) and tokens[at].word == "AS":
            at += 1
        if word == "FORMAT":
            continue
        options[word] = ""
        if KNOWN[word] is not Value.NONE:
            at = _value(statement, word, at, options)
    return options


def _value(statement: Statement, word: str, at: int, options: dict[str, str]) -> int:
    tokens = statement.tokens
    if at < len(tokens) and (
        tokens[at].kind in (Kind.STRING, Kind.NUMBER) or tokens[at].word in ("ON", "OFF", "DEFAULT")
    ):
        options[word] = tokens[at].value if tokens[at].kind is Kind.STRING else tokens[at].text
        if word == "IAM_ROLE" and tokens[at].word == "DEFAULT":
            options[word] = DEFAULT_ROLE
        return at + 1
    if KNOWN[word] is Value.REQUIRED:
        raise _syntax(statement, at)
    return at


def _check(options: dict[str, str]) -> None:
    if "PARQUET" not in options:
        raise ServerError(
            code="0A000", message="The Redshift stand-in supports COPY from Parquet only", hint="Add FORMAT AS PARQUET."
        )
    for option, value in options.items():
        if option not in SUPPORTED and (option, value) != ("MAXERROR", "0"):
            raise ServerError(code="0A000", message=f"{option} argument is not supported for PARQUET based COPY")
    roles = [o for o in ("IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID") if o in options]
    if not roles:
        raise ServerError(code="0A000", message="No credentials or IAM role is specified for COPY")
    if len(roles) > 1:
        raise ServerError(code="42601", message="conflicting or redundant options")


def _no_source() -> ServerError:
    hint = "(Hint: only S3 or DynamoDB or EMR based load is allowed)"
    return ServerError(code="0A000", message=f"LOAD source is not supported. {hint}")


def _syntax(statement: Statement, at: int) -> ServerError:
    where = f'or near "{statement.tokens[at].text}"' if at < len(statement.tokens) else "end of input"
    return ServerError(code="42601", message=f"syntax error at {where}")
