"""S11: A transaction that holds the window back for too long fails the run by name."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import WindowHeld
from tests.lessons.conftest import Writer
from tests.way import Way, fill


def test_an_idle_writer_is_named(way: Way, writer: Writer) -> None:
    """Not a green run with no rows, day after day."""
    way.change(max_hold=0.5)
    fill(way, 5)
    with writer() as idle:
        idle("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        thread = idle("SELECT CONNECTION_ID()")[0][0]
        way.sql("DO SLEEP(2.1)")  # the server tells a start in whole seconds
        with pytest.raises(WindowHeld, match=f"thread {thread}"):
            way.plan()
