"""The result of the rules for a statement: the SQL for PostgreSQL, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from devstack.redshift.copy.statement import CopyStatement
from devstack.redshift.sql.statement import Statement, literal
from devstack.redshift.wire.messages import ServerError

Mark = Literal["D", "R", "X", "?"]


@dataclass(kw_only=True)
class Situation:
    """The state of the session that rules depend on."""

    in_block: bool
    several: bool  # one of several statements in one simple query
    user: str = ""
    superuser: bool = True
    case_sensitive: bool = False
    denies: Callable[[str], bool] = lambda _relation: False


@dataclass(frozen=True, kw_only=True)
class Distinct:
    """A span of the statement that makes rows of one table distinct by plain columns."""

    relation: str
    columns: tuple[str, ...]
    start: int
    end: int


@dataclass(kw_only=True)
class Plan:
    """How one statement is executed in PostgreSQL.

    ``before`` and ``after`` are statements of the proxy; ``before`` (locks) runs inside a block only.
    """

    statement: Statement
    sql: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    commits: bool = False
    tag: str | None = None
    copy: CopyStatement | None = None
    settings: dict[str, str] = field(default_factory=dict)
    writes: str = ""
    relations: tuple[str, ...] = ()
    distinct: tuple[Distinct, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether the statement begins a transaction block."""
        return self.statement.tokens[0].word in ("BEGIN", "START")

    @property
    def ends(self) -> bool:
        """Whether the statement commits a transaction block."""
        return self.statement.tokens[0].word in ("COMMIT", "END")

    @property
    def plain(self) -> bool:
        return not (self.before or self.after or self.commits or self.copy)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One fact about Redshift. ``apply`` edits the plan or raises ServerError.

    ``mark``: D documented by AWS, R reported by users, X found by experiment, ? unverified on a real cluster.
    """

    name: str
    mark: Mark
    text: str
    apply: Callable[[Plan, Situation], None]
    source: str = ""


def refuse(message: str, code: str = "0A000", *, detail: str = "", hint: str = "") -> ServerError:
    """Return the error for a refused statement."""
    return ServerError(code=code, message=message, detail=detail, hint=hint)


def raising(error: ServerError) -> str:
    """Return a statement that makes PostgreSQL raise our own error, so that its transaction fails as well."""
    return f"DO LANGUAGE plpgsql {literal(_body(error))}"


def _body(error: ServerError) -> str:
    return (
        f"BEGIN RAISE EXCEPTION USING ERRCODE = {literal(error.code)}, MESSAGE = {literal(error.message)}, "
        f"DETAIL = {literal(error.detail)}, HINT = {literal(error.hint)}; END"
    )
