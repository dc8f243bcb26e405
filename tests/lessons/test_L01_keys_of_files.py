"""L01: No file overwrites another: keys are unique per run, chunk, part and attempt."""

from __future__ import annotations

from mysql_redshift.core.spec import Strategy
from tests.way import Way, fill


def test_every_chunk_and_every_attempt_has_files_of_its_own(way: Way) -> None:
    """Three chunks, one of them extracted twice: every row arrives once."""
    way.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    fill(way, 30)
    planned = way.plan()
    first, again = way.extract(planned), way.extract(planned)
    keys = [file.key for receipt in (*first, *again) for file in receipt.files]
    assert len(set(keys)) == len(keys) == 6
    way.publish(planned, again)
    assert way.load().rows_copied == 30
    assert way.rows() == way.source_rows()
