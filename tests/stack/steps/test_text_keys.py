"""Keys of several columns, with texts that are hard to tell apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devstack.status import MySQLStatus
from mysql_redshift.core.spec import Deletes
from tests.table_pipeline import TablePipeline

NO_PAD = {"mysql": "utf8mb4_0900_as_cs", "mariadb": "utf8mb4_nopad_bin"}
TEXTS = ("a", "a ", "a  ", "A", "ä", "null", "")


@pytest.fixture
def codes(pipeline: TablePipeline, mysql_server: MySQLStatus) -> TablePipeline:
    """A table ``codes`` whose key is a text and a number, in a collation in which blanks and case count."""
    pipeline.sql(
        f"CREATE TABLE codes (code VARCHAR(20) COLLATE {NO_PAD[mysql_server.flavor]}, nr INT, "
        "updated_at DATETIME(6) NOT NULL, amount INT, PRIMARY KEY (code, nr), KEY (updated_at))"
    )
    for number in (1, 2):
        values = ", ".join(f"('{text}', {number}, '2026-01-01', 1)" for text in TEXTS)
        pipeline.sql(f"INSERT INTO codes VALUES {values}")
    spec = pipeline.spec
    pipeline.change(source=replace(spec.source, table="codes"), target=replace(spec.target, table="codes"))
    return pipeline


def _both(pipeline: TablePipeline) -> tuple[object, object]:
    return pipeline.rows("code, nr, amount"), sorted(pipeline.sql("SELECT code, nr, amount FROM codes"))


def test_keys_that_differ_in_blanks_or_case_stay_apart(codes: TablePipeline) -> None:
    """A change of one of them changes no other."""
    codes.sync()
    codes.sql("UPDATE codes SET amount = 2, updated_at = UTC_TIMESTAMP(6) WHERE code = 'a ' AND nr = 1")
    codes.sql("DO SLEEP(0.01)")
    assert codes.sync().rows_copied == 1
    in_target, at_source = _both(codes)
    assert in_target == at_source
    codes.verify("keys")


def test_a_limit_goes_on_in_the_middle_of_such_keys(codes: TablePipeline) -> None:
    """All rows tie on one timestamp: the key alone says where to go on."""
    for _ in range(8):
        codes.extract_and_publish(limit=2)
    codes.load()
    in_target, at_source = _both(codes)
    assert in_target == at_source


def test_a_deleted_key_takes_no_neighbour_with_it(codes: TablePipeline) -> None:
    """Reconciling compares keys exactly as well."""
    codes.change(deletes=Deletes.RECONCILE)
    codes.sync()
    codes.sql("DELETE FROM codes WHERE code = 'a' AND nr = 2")
    codes.verify("keys")
    in_target, at_source = _both(codes)
    assert in_target == at_source
    assert len(TEXTS) * 2 - 1 == codes.target("SELECT COUNT(*) FROM {t}")[0][0]
