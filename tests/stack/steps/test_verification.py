"""The checks find what a test breaks in the target."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import DataCheckFailed, MysqlRedshiftError
from mysql_redshift.steps import watermark
from mysql_redshift.steps.state import watermark_cache
from mysql_redshift.steps.state.journal import Journal
from tests.flavors import ON_FIRST
from tests.way import Way, fill

pytestmark = ON_FIRST

COPY_OF_NINE = "INSERT INTO {t} SELECT * FROM {t} WHERE id = 9"


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM {t} WHERE id = 3"],
        [COPY_OF_NINE],
        ["DELETE FROM {t} WHERE id = 3", COPY_OF_NINE],
    ],
    ids=["one lost", "one doubled", "one lost and one doubled"],
)
def test_bounds_find_lost_and_doubled_rows(way: Way, statements: list[str]) -> None:
    """The message names the table, both counts and what to do."""
    fill(way, 20)
    way.sync()
    for statement in statements:
        way.target(statement)
    with pytest.raises(DataCheckFailed) as caught:
        way.verify("bounds")
    text = str(caught.value)
    assert f"{way.spec.source.database}.orders" in text
    assert "20 rows" in text
    assert "full_refresh" in text


def test_the_window_check_finds_a_lost_row(way: Way) -> None:
    """One-sided, but this side it sees."""
    fill(way, 20)
    way.sync()
    way.target("DELETE FROM {t} WHERE id = 3")
    with pytest.raises(DataCheckFailed, match="window"):
        way.verify("window")


def test_custody_finds_an_entry_that_the_ledger_lacks(way: Way) -> None:
    """A restored, older ledger is not the truth."""
    fill(way, 20)
    way.sync()
    ledger = f'"{way.spec.target.ledger_schema}"."{way.spec.target.schema}__orders"'
    way.target(f"UPDATE {ledger} SET rows_copied = 19")
    with pytest.raises(DataCheckFailed, match="custody"):
        way.verify("custody")


def test_a_verification_that_succeeds_ends_the_failure_of_another(way: Way) -> None:
    """Else sensors would wait, and operators would read of a failure, until the next load."""
    fill(way, 20)
    way.sync()
    way.target(COPY_OF_NINE)
    with pytest.raises(DataCheckFailed):
        way.verify()
    assert watermark.stage_position(way.spec, way.clients.store, "redshift") is None
    way.target("DELETE FROM {t} WHERE id = 9")
    way.target("INSERT INTO {t} (id, updated_at) VALUES (9, '2026-01-01')")
    way.verify("bounds")  # counts rows only: it does not say that every log entry was loaded
    assert watermark.read(way.spec, way.clients.store).redshift_status == "failed"
    way.verify()
    state = watermark.read(way.spec, way.clients.store)
    assert (state.redshift_status, state.last_error) == ("success", None)
    assert watermark.stage_position(way.spec, way.clients.store, "redshift") == state.position


def test_what_failed_is_verified_again_by_a_run_with_nothing_to_load(way: Way) -> None:
    """A load of nothing says of itself that all is well; it does not say so of rows that somebody doubled."""
    fill(way, 20)
    way.sync()
    way.target(COPY_OF_NINE)
    with pytest.raises(DataCheckFailed):
        way.verify("bounds")
    way.verify("custody")
    assert watermark.read(way.spec, way.clients.store).redshift_status == "failed"
    with pytest.raises(DataCheckFailed, match="bounds"):
        way.nightly(way.clients.warehouse)


def test_a_verification_leaves_the_failure_of_an_extract(way: Way) -> None:
    """It says nothing of MySQL's stage."""
    fill(way, 20)
    way.sync()
    for stage in ("redshift", "mysql"):
        watermark_cache.note_failure(way.spec, way.clients.store, stage=stage, error=MysqlRedshiftError(stage))
    way.verify()
    state = watermark.read(way.spec, way.clients.store)
    assert (state.redshift_status, state.mysql_status) == ("success", "failed")
    assert state.last_error == "mysql"


def test_a_nightly_verification_does_not_read_the_whole_log(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the log is, only what is new is asked of S3; of the rest the ledger must still hold every entry."""
    fill(way, 5)
    for number in range(4):
        way.sql(f"INSERT INTO orders VALUES ({90 + number}, UTC_TIMESTAMP(6), 1, 'new')")
        way.sql("DO SLEEP(0.01)")
        way.stage_one()
        way.load()
        if number != 3:
            way.verify()
    asked: list[int] = []
    find = Journal.find
    monkeypatch.setattr(Journal, "find", lambda self, number: (asked.append(number), find(self, number))[1])
    way.verify(if_due=True)
    assert set(asked) == {4}
    way.verify()
    assert set(asked) == {1, 2, 3, 4}
    ledger = f'"{way.spec.target.ledger_schema}"."{way.spec.target.schema}__orders"'
    way.target(f"DELETE FROM {ledger} WHERE sequence = 2")
    way.sql("INSERT INTO orders VALUES (99, UTC_TIMESTAMP(6), 1, 'new')")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    way.load()
    with pytest.raises(DataCheckFailed, match=r"entry 2: not in the ledger"):
        way.verify(if_due=True)


def test_rows_deleted_at_the_source_do_not_alarm(way: Way) -> None:
    """They are kept in the target, and the report says so."""
    fill(way, 20)
    way.sync()
    way.sql("DELETE FROM orders WHERE id = 3")
    (result,) = way.verify("bounds").results
    assert "deleted at the source" in result.note


def test_a_writer_that_goes_on_does_not_alarm(way: Way) -> None:
    """New rows above the position, updated rows that left the window: both are inside the bounds."""
    fill(way, 20)
    way.sync()
    way.sql("INSERT INTO orders VALUES (90, UTC_TIMESTAMP(6), 1, 'new')")
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id <= 4")
    way.verify()


def test_a_load_onto_doubled_keys_is_refused(way: Way) -> None:
    """It would mend one key in silence and leave the others."""
    fill(way, 20)
    way.sync()
    way.target(COPY_OF_NINE)
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 9")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    with pytest.raises(DataCheckFailed, match="more than once"):
        way.load()
