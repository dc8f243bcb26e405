"""Reading SQL text, and the rules that need no server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.redshift.copy.statement import parse_copy
from devstack.redshift.rules.plan import Plan, Situation
from devstack.redshift.rules.registry import RULES, plan_statement
from devstack.redshift.sql.identifier import stored_name
from devstack.redshift.sql.lexer import Kind, tokenize
from devstack.redshift.sql.statement import literal, split
from devstack.redshift.wire.messages import ServerError

OUTSIDE = Situation(in_block=False, several=False)
INSIDE = Situation(in_block=True, several=False)


def plan(sql: str, situation: Situation = OUTSIDE) -> Plan:
    (statement,) = split(sql)
    return plan_statement(statement, situation)


@given(st.text(max_size=80))
def test_any_text_is_tokenized(text: str) -> None:
    """No text breaks the lexer, and the offsets of tokens are correct."""
    for token in tokenize(text):
        assert text[token.start : token.end] == token.text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_a_literal_round_trips(text: str) -> None:
    """``literal`` returns one string token with this value."""
    (token,) = tokenize(literal(text))
    assert (token.kind, token.value) == (Kind.STRING, text)


def test_statements_are_split_outside_strings_and_comments() -> None:
    """A semicolon in a string, a quoted name or a comment does not separate statements."""
    found = split("SELECT ';' -- ; \n, \"a;b\" /* ; */; ; SELECT 2;")
    assert [statement.text for statement in found] == ["SELECT ';' -- ; \n, \"a;b\"", "SELECT 2"]


def test_a_backslash_escapes_a_quote() -> None:
    """This is the behaviour of PostgreSQL 8, so statements are split as in Redshift."""
    assert len(split(r"SELECT 'a\'; b'")) == 1


def test_quoted_names_are_folded_and_strings_are_not() -> None:
    """Folding changes identifiers only."""
    assert plan('SELECT "Ab", \'"Ab"\' FROM "T"').sql == 'SELECT "ab", \'"Ab"\' FROM "t"'


def test_a_plain_statement_is_passed_on_unchanged() -> None:
    """A statement that no rule edits is sent to PostgreSQL byte for byte."""
    sql = "SELECT a , b\n FROM t -- why\n WHERE c = 'x'"
    assert plan(sql).sql == sql
    assert plan(sql).plain


def test_long_names_remain_distinct_when_shortened() -> None:
    """Two names that differ only in their last byte are two tables."""
    first, second = stored_name("n" * 126 + "a"), stored_name("n" * 126 + "b")
    assert first != second
    assert max(len(first), len(second)) <= 63


def test_every_begin_requests_repeatable_read() -> None:
    """The isolation level in the statement is ignored."""
    for sql in ("BEGIN", "START TRANSACTION ISOLATION LEVEL SERIALIZABLE", "begin transaction read write"):
        assert plan(sql).sql == "BEGIN ISOLATION LEVEL REPEATABLE READ"


def test_delete_and_update_lock_their_table_first() -> None:
    """INSERT does not lock the table."""
    for sql in ("DELETE FROM s.t", "DELETE s.t", "UPDATE s.t SET a = 1"):
        assert plan(sql).before == ['LOCK TABLE "s"."t" IN SHARE ROW EXCLUSIVE MODE']
    assert plan("INSERT INTO s.t VALUES (1)").before == []


def test_vacuum_is_refused_only_inside_a_block() -> None:
    """Rules depend on the transaction of the session."""
    assert plan("VACUUM").tag == "VACUUM"
    with pytest.raises(ServerError, match="cannot run inside a transaction block"):
        plan("VACUUM", INSIDE)


def test_every_rule_has_a_unique_name_a_text_and_a_mark() -> None:
    """The README lists the rules by these."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert [rule.name for rule in RULES if not rule.text or rule.mark not in "DRX?"] == []


def test_copy_options_can_be_in_any_order() -> None:
    """AS is optional."""
    (statement,) = split('copy "S".t (a, "B") from \'s3://b/k\' manifest format parquet iam_role default fillrecord;')
    copy = parse_copy(statement)
    assert (copy.table, copy.columns, copy.source) == (("s", "t"), ("a", "b"), "s3://b/k")
    assert set(copy.options) == {"MANIFEST", "PARQUET", "IAM_ROLE", "FILLRECORD"}


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("COPY t FROM 's3://b/k' IAM_ROLE 'r' FORMAT CSV", "supports COPY from Parquet only"),
        ("COPY t FROM 's3://b/k' IAM_ROLE 'r' CREDENTIALS 'c' PARQUET", "conflicting or redundant options"),
        ("COPY t FROM 's3://b/k' PARQUET IAM_ROLE", "syntax error at end of input"),
        ("COPY t 's3://b/k'", "syntax error at or near"),
        ("COPY t FROM 'dynamodb://x' IAM_ROLE 'r' PARQUET", "LOAD source is not supported"),
    ],
)
def test_an_invalid_copy_has_a_specific_error(sql: str, message: str) -> None:
    """The message identifies the grammar error."""
    (statement,) = split(sql)
    with pytest.raises(ServerError) as caught:
        parse_copy(statement)
    assert message in caught.value.message
