"""L16: Texts that look like NULL stay texts, and NULL stays NULL."""

from __future__ import annotations

from tests.table_pipeline import TablePipeline, insert_orders

TEXTS = ("null", "NULL", "none", "nan", "", " ")


def test_texts_that_look_like_null_arrive_unchanged(pipeline: TablePipeline) -> None:
    """Six such texts and one NULL arrive as they are."""
    insert_orders(pipeline, len(TEXTS) + 1)
    for number, text in enumerate(TEXTS, start=1):
        pipeline.sql(f"UPDATE orders SET note = '{text}' WHERE id = {number}")
    pipeline.sql(f"UPDATE orders SET note = NULL WHERE id = {len(TEXTS) + 1}")
    pipeline.sync()
    assert pipeline.rows("id, note") == [(number, text) for number, text in enumerate((*TEXTS, None), start=1)]
