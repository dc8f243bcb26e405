"""Refuse by name SQL that PostgreSQL supports and Redshift does not, and SQL that only the stand-in lacks."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.redshift.rules.names import near
from devstack.redshift.rules.plan import Mark, Plan, Rule, Situation, refuse
from devstack.redshift.sql.lexer import Kind, Token
from devstack.redshift.sql.statement import closing
from devstack.redshift.sql.words import words

# The first words of supported statements. Each has a rule or is passed on unchanged.
KNOWN = words(
    """
    SELECT WITH VALUES INSERT UPDATE DELETE MERGE COPY CREATE DROP ALTER TRUNCATE BEGIN START COMMIT END ROLLBACK
    ABORT LOCK SET RESET SHOW GRANT REVOKE ANALYZE VACUUM EXPLAIN COMMENT DECLARE FETCH CLOSE PREPARE EXECUTE
    DEALLOCATE (
    """
)
LACKING = words("UNLOAD CALL CANCEL USE DESC REFRESH")
CREATES = words("TABLE TEMP TEMPORARY LOCAL SCHEMA VIEW OR USER DATABASE ROLE")
LACKING_OBJECTS = words(
    """
    EXTERNAL FUNCTION PROCEDURE MATERIALIZED GROUP LIBRARY DATASHARE MODEL RLS MASKING
    """
)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Consecutive words that Redshift's grammar lacks; ``at`` is the index of the word that the error names."""

    words: tuple[str, ...]
    at: int = 0
    only: tuple[str, ...] = ()
    message: str = ""
    mark: Mark = "D"


PATTERNS = (
    Pattern(words=("ON", "CONFLICT"), at=1, only=("INSERT", "WITH")),
    Pattern(words=("RETURNING",), only=("INSERT", "UPDATE", "DELETE", "WITH")),
    Pattern(words=("DISTINCT", "ON"), at=1, message="SELECT DISTINCT ON is not supported", mark="R"),
    Pattern(words=(")", "FILTER", "("), at=2, mark="X"),
    Pattern(words=("LATERAL",), mark="?"),
    Pattern(words=("TABLESAMPLE",), mark="?"),
    Pattern(words=("FOR", "UPDATE"), message="SELECT FOR UPDATE is not supported", only=("SELECT",), mark="?"),
    Pattern(words=("FOR", "SHARE"), message="SELECT FOR SHARE is not supported", only=("SELECT",), mark="?"),
    Pattern(words=("DEALLOCATE", "ALL"), at=1, only=("DEALLOCATE",), mark="R"),
    Pattern(words=("CONCURRENTLY",), mark="D"),
    Pattern(words=("GENERATE_SERIES",), message="generate_series is supported on the leader node only", mark="R"),
)
# Functions of Redshift that PostgreSQL lacks or defines differently.
LACKING_FUNCTIONS = words(
    """
    ADD_MONTHS CONVERT_TIMEZONE DATEADD DATEDIFF DATE_CMP DECODE FUNC_SHA1 GET_ARRAY_LENGTH GREATEST_IGNORE_NULLS
    JSON_EXTRACT_ARRAY_ELEMENT_TEXT LAST_DAY LISTAGG MEDIAN MONTHS_BETWEEN NEXT_DAY OBJECT_TRANSFORM RATIO_TO_REPORT
    SUBARRAY TO_TIMESTAMP_TZ ZEROIFNULL
    """
)
LACKING_WORDS = words("TOP APPROXIMATE QUALIFY PIVOT UNPIVOT")
UNSUPPORTED_TYPES = words(
    """
    uuid json jsonb bytea serial bigserial smallserial money inet cidr macaddr xml hstore point line polygon circle
    box path lseg bit varbit tsvector tsquery int4range int8range numrange regclass regtype oid name citext
    """
)
CASTABLE = frozenset(("oid", "name", "regclass", "regtype"))  # the leader node has them


def statements(plan: Plan, situation: Situation) -> None:
    statement, tokens = plan.statement, plan.statement.tokens
    first = tokens[0].word
    what = f"CREATE {_object(tokens)}" if first == "CREATE" else first
    if first in LACKING or (first == "CREATE" and _object(tokens) in LACKING_OBJECTS):
        raise refuse(f"The Redshift stand-in lacks {what}", "0A000")
    if first == "SAVEPOINT" or statement.starts("ROLLBACK", "TO") or statement.starts("RELEASE"):
        raise refuse("SAVEPOINT is not supported", "0A000")
    if first not in KNOWN:
        raise near(tokens[0])
    if first == "CREATE" and _object(tokens) not in CREATES:
        raise refuse(f'SQL command "{what}" not supported on Redshift tables.', "0A000")
    if statement.starts("SET", "SESSION", "AUTHORIZATION") and not situation.superuser:
        raise refuse("permission denied to set session authorization", "42501")


def _object(tokens: list[Token]) -> str:
    words = [t.word for t in tokens[1:] if t.word not in ("UNIQUE", "OR", "REPLACE", "CONSTRAINT")]
    return words[0] if words else ""


def patterns(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    words = [token.word for token in tokens]
    for pattern in PATTERNS:
        if pattern.only and words[0] not in pattern.only:
            continue
        for index in range(len(words) - len(pattern.words) + 1):
            if tuple(words[index : index + len(pattern.words)]) == pattern.words and words[index - 1] != ".":
                raise refuse(pattern.message, "0A000") if pattern.message else near(tokens[index + pattern.at])


def functions(plan: Plan, _: Situation) -> None:
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens[:-1]):
        called = token.word in LACKING_FUNCTIONS and tokens[index + 1].word == "(" and tokens[index - 1].word != "."
        if called:
            raise refuse(f"The Redshift stand-in lacks the function {token.word}", "0A000")
        follows = tokens[index + 1].kind is Kind.NUMBER or tokens[index + 1].word in ("COUNT", "(", "ROW_NUMBER")
        if token.word in LACKING_WORDS and follows:
            raise refuse(f"The Redshift stand-in lacks {token.word}", "0A000")


def types(plan: Plan, _: Situation) -> None:
    """Refuse casts to types that Redshift lacks. Column types are checked in CREATE TABLE and ALTER TABLE."""
    tokens = plan.statement.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.word == "::" or (token.word == "AS" and _in_cast(tokens, index)):
            name = tokens[index + 1].name
            if name in UNSUPPORTED_TYPES - CASTABLE:
                raise refuse(f'type "{name}" does not exist', "42704")
            if index + 2 < len(tokens) and tokens[index + 2].word == "[":
                raise refuse(f'type "{name}[]" is not supported', "0A000")
        if token.word == "ARRAY" and tokens[index + 1].word == "[":
            raise refuse("ARRAY[] is supported on the leader node only", "0A000")


def _in_cast(tokens: list[Token], at: int) -> bool:
    """Return whether the AS at an index belongs to a CAST."""
    for index in range(at - 1, 0, -1):
        if tokens[index].word == "(" and closing(tokens, index) > at:
            return tokens[index - 1].word == "CAST" and tokens[index - 1].kind is Kind.WORD
    return False


def closed_views(plan: Plan, situation: Situation) -> None:
    for token in plan.statement.tokens:
        if token.is_name and situation.denies(token.name):
            raise refuse(f"permission denied for relation {token.name}", "42501")


RULES = (
    Rule(
        name="closed-views",
        mark="R",
        text="STL_, STV_ and SVL_ views are denied on Serverless, and often to ordinary users.",
        apply=closed_views,
    ),
    Rule(name="known-statements", mark="D", text="Statements that Redshift lacks are refused.", apply=statements),
    Rule(
        name="unsupported-clauses",
        mark="D",
        text="ON CONFLICT, RETURNING, DISTINCT ON, FILTER (WHERE) and others are refused.",
        apply=patterns,
    ),
    Rule(
        name="lacking-functions",
        mark="D",
        text="Functions and clauses that Redshift has and the stand-in lacks are refused by name.",
        apply=functions,
    ),
    Rule(name="unsupported-types", mark="D", text="Types that Redshift lacks are refused in casts.", apply=types),
)
