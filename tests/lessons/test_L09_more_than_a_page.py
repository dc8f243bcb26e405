"""L09: A listing is read to its end, however many pages it has."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.steps.state.journal import Journal
from tests.table_pipeline import TablePipeline


def test_the_head_of_a_log_lies_behind_the_first_page(pipeline: TablePipeline) -> None:
    """S3 lists a thousand keys a page; the 1,003rd entry is the head."""
    layout = TableLayout.of(pipeline.spec)
    first = pipeline.extract_and_publish()
    for number in range(2, 1004):
        pipeline.clients.store.put(layout.entry(number), codec.to_json(replace(first, sequence=number)))
    head = Journal(pipeline.clients.store, layout).head()
    assert head is not None
    assert head.sequence == 1003
