"""L05: A row that is committed late, with an older timestamp, is still read."""

from __future__ import annotations

from tests.lessons.conftest import Writer
from tests.way import Way, fill


def test_a_transaction_that_is_open_during_the_run_is_read_by_the_next(way: Way, writer: Writer) -> None:
    """Its row was stamped before the window's end and committed after it."""
    fill(way, 5)
    with writer() as late:
        late("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        way.sql("DO SLEEP(0.01)")
        way.stage_one()
        late("COMMIT")
    way.stage_one()
    way.load()
    assert way.rows() == way.source_rows()
