"""Keys of several columns with similar texts: trailing blanks, case, umlauts, the empty string."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import Deletes
from tests.table_pipeline import TablePipeline

NO_PAD_COLLATIONS = {"mysql": "utf8mb4_0900_as_cs", "mariadb": "utf8mb4_nopad_bin"}
TEXTS = ("a", "a ", "a  ", "A", "ä", "null", "")


@pytest.fixture
def codes(pipeline: TablePipeline, mysql_server: MySQLStatus) -> TablePipeline:
    """Create ``codes``: its key is a text and a number, in a collation where trailing blanks and case matter."""
    pipeline.sql(
        f"CREATE TABLE codes (code VARCHAR(20) COLLATE {NO_PAD_COLLATIONS[mysql_server.flavor]}, nr INT, "
        "updated_at DATETIME(6) NOT NULL, amount INT, PRIMARY KEY (code, nr), KEY (updated_at))"
    )
    for number in (1, 2):
        values = ", ".join(f"('{text}', {number}, '2026-01-01', 1)" for text in TEXTS)
        pipeline.sql(f"INSERT INTO codes VALUES {values}")
    spec = pipeline.spec
    pipeline.change(source=replace(spec.source, table="codes"), target=replace(spec.target, table="codes"))
    return pipeline


def _target_and_source(pipeline: TablePipeline) -> tuple[object, object]:
    return pipeline.rows("code, nr, amount"), sorted(pipeline.sql("SELECT code, nr, amount FROM codes"))


def test_keys_that_differ_in_blanks_or_case_are_different(codes: TablePipeline) -> None:
    """An update of one key does not change another."""
    codes.sync()
    codes.sql("UPDATE codes SET amount = 2, updated_at = UTC_TIMESTAMP(6) WHERE code = 'a ' AND nr = 1")
    codes.sql("DO SLEEP(0.01)")
    assert codes.sync().rows_copied == 1
    in_target, at_source = _target_and_source(codes)
    assert in_target == at_source
    codes.verify("keys")


def test_a_row_limit_continues_between_similar_keys(codes: TablePipeline) -> None:
    """All rows have one timestamp, so the position depends on the key alone."""
    for _ in range(8):
        codes.extract_and_publish(limit=2)
    codes.load()
    in_target, at_source = _target_and_source(codes)
    assert in_target == at_source


def test_reconciling_deletes_no_similar_key(codes: TablePipeline) -> None:
    """Reconciling compares keys exactly."""
    codes.change(deletes=Deletes.RECONCILE)
    codes.sync()
    codes.sql("DELETE FROM codes WHERE code = 'a' AND nr = 2")
    codes.verify("keys")
    in_target, at_source = _target_and_source(codes)
    assert in_target == at_source
    assert len(TEXTS) * 2 - 1 == codes.target("SELECT COUNT(*) FROM {t}")[0][0]
