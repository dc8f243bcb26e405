"""L09: A listing is read to its end, however many pages it has."""

from __future__ import annotations

from dataclasses import replace

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.steps.state.journal import Journal
from tests.table_pipeline import TablePipeline


def test_a_log_head_beyond_the_first_page_is_found(pipeline: TablePipeline) -> None:
    """S3 lists 1,000 keys per page; the head is the entry number 1,003."""
    layout = TableLayout.of(pipeline.spec)
    first = pipeline.extract_and_publish()
    for number in range(2, 1004):
        pipeline.clients.store.put(layout.entry(number), codec.to_json(replace(first, sequence=number)))
    head = Journal(pipeline.clients.store, layout).head()
    assert head is not None
    assert head.sequence == 1003
