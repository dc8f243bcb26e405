"""L05: A row that is committed late, with an older timestamp, is still read."""

from __future__ import annotations

from tests.lessons.conftest import Writer
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_row_committed_after_the_run_is_read_by_the_next(pipeline: TablePipeline, writer: Writer) -> None:
    """The row's timestamp is before the end of the window, and its COMMIT is after it."""
    insert_orders(pipeline, 5)
    with writer() as late:
        late("INSERT INTO orders (updated_at, amount) VALUES (UTC_TIMESTAMP(6), 7)")
        pipeline.sql("DO SLEEP(0.01)")
        pipeline.extract_and_publish()
        late("COMMIT")
    pipeline.extract_and_publish()
    pipeline.load()
    assert pipeline.rows() == pipeline.source_rows()
