"""Reading SQL text."""

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
    """No text breaks the lexer, and tokens stand where they say."""
    for token in tokenize(text):
        assert text[token.start : token.end] == token.text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_a_literal_is_read_back(text: str) -> None:
    """What literal() writes is one string token with that value."""
    (token,) = tokenize(literal(text))
    assert (token.kind, token.value) == (Kind.STRING, text)


def test_statements_are_split_outside_strings_and_comments() -> None:
    """A semicolon in a string, a quoted name or a comment splits nothing."""
    found = split("SELECT ';' -- ; \n, \"a;b\" /* ; */; ; SELECT 2;")
    assert [statement.text for statement in found] == ["SELECT ';' -- ; \n, \"a;b\"", "SELECT 2"]


def test_a_backslash_hides_a_quote() -> None:
    """As in PostgreSQL 8, so that a statement is not split where Redshift would not."""
    assert len(split(r"SELECT 'a\'; b'")) == 1


def test_quoted_names_are_folded_and_strings_are_not() -> None:
    """Only identifiers change."""
    assert plan('SELECT "Ab", \'"Ab"\' FROM "T"').sql == 'SELECT "ab", \'"Ab"\' FROM "t"'


def test_a_plain_statement_is_passed_on_as_it_is() -> None:
    """What no rule touches reaches PostgreSQL byte for byte."""
    sql = "SELECT a , b\n FROM t -- why\n WHERE c = 'x'"
    assert plan(sql).sql == sql
    assert plan(sql).plain


def test_names_above_postgres_limit_stay_apart() -> None:
    """Two names that differ in their last byte only are two tables."""
    first, second = stored_name("n" * 126 + "a"), stored_name("n" * 126 + "b")
    assert first != second
    assert max(len(first), len(second)) <= 63


def test_a_begin_asks_for_one_snapshot() -> None:
    """Whatever level the client names."""
    for sql in ("BEGIN", "START TRANSACTION ISOLATION LEVEL SERIALIZABLE", "begin transaction read write"):
        assert plan(sql).sql == "BEGIN ISOLATION LEVEL REPEATABLE READ"


def test_writers_lock_their_table_first() -> None:
    """DELETE, UPDATE and MERGE do; INSERT does not."""
    for sql in ("DELETE FROM s.t", "DELETE s.t", "UPDATE s.t SET a = 1"):
        assert plan(sql).before == ['LOCK TABLE "s"."t" IN SHARE ROW EXCLUSIVE MODE']
    assert plan("INSERT INTO s.t VALUES (1)").before == []


def test_the_same_statement_is_judged_by_its_transaction() -> None:
    """VACUUM runs outside a block and is refused inside."""
    assert plan("VACUUM").tag == "VACUUM"
    with pytest.raises(ServerError, match="cannot run inside a transaction block"):
        plan("VACUUM", INSIDE)


def test_every_rule_has_a_name_of_its_own_and_a_text() -> None:
    """The table of rules is read by people."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert [rule.name for rule in RULES if not rule.text or rule.mark not in "DRX?"] == []


def test_copy_options_come_in_any_order() -> None:
    """Their order is free; AS may be left out."""
    (statement,) = split('copy "S".t (a, "B") from \'s3://b/k\' manifest format parquet iam_role default fillrecord;')
    copy = parse_copy(statement)
    assert (copy.table, copy.columns, copy.source) == (("s", "t"), ("a", "b"), "s3://b/k")
    assert set(copy.options) == {"MANIFEST", "PARQUET", "IAM_ROLE", "FILLRECORD"}


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("COPY t FROM 's3://b/k' IAM_ROLE 'r' FORMAT CSV", "knows COPY from Parquet only"),
        ("COPY t FROM 's3://b/k' IAM_ROLE 'r' CREDENTIALS 'c' PARQUET", "conflicting or redundant options"),
        ("COPY t FROM 's3://b/k' PARQUET IAM_ROLE", "syntax error at end of input"),
        ("COPY t 's3://b/k'", "syntax error at or near"),
        ("COPY t FROM 'dynamodb://x' IAM_ROLE 'r' PARQUET", "LOAD source is not supported"),
    ],
)
def test_a_wrong_copy_says_what_is_wrong(sql: str, message: str) -> None:
    """Grammar errors are told apart."""
    (statement,) = split(sql)
    with pytest.raises(ServerError) as caught:
        parse_copy(statement)
    assert message in caught.value.message
