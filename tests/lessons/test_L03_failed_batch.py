"""L03: The position moves once, after every chunk of the run was read and counted."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import Strategy
from mysql_redshift.errors import DataCheckFailed
from tests.way import Way, fill


def test_a_run_whose_second_chunk_failed_moves_nothing(way: Way) -> None:
    """Only the first of three chunks came: nothing is published, and the next run reads all."""
    way.change(strategy=Strategy.INTRA_TABLE, chunk_rows=10)
    fill(way, 30)
    planned = way.plan()
    with pytest.raises(DataCheckFailed, match="chunks"):
        way.publish(planned, way.extract(planned)[:1])
    way.sync()
    assert way.rows() == way.source_rows()
