"""L09: A listing is read to its end, however many pages it has."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.steps.state.journal import Journal
from tests.way import Way


def test_the_head_of_a_log_lies_behind_the_first_page(way: Way) -> None:
    """S3 lists a thousand keys a page; the 1,003rd entry is the head."""
    layout = TableLayout.of(way.spec)
    first = way.stage_one()
    for number in range(2, 1004):
        way.clients.store.put(layout.entry(number), codec.to_json(replace(first, sequence=number)))
    head = Journal(way.clients.store, layout).head()
    assert head is not None
    assert head.sequence == 1003
