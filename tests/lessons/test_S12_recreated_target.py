"""S12: A target that was dropped and recreated is not mistaken for the one that was loaded."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import TargetError
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_new_empty_target_is_detected(pipeline: TablePipeline) -> None:
    """Its older rows are missing; the message names the run option that restores them."""
    insert_orders(pipeline, 5)
    pipeline.sync()
    pipeline.target("DROP TABLE {t}")
    pipeline.target(
        "CREATE TABLE {t} (id DECIMAL(20,0), updated_at TIMESTAMP, amount DECIMAL(12,2), note VARCHAR(200))"
    )
    pipeline.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    pipeline.sql("DO SLEEP(0.01)")
    pipeline.extract_and_publish()
    with pytest.raises(TargetError, match="full_refresh"):
        pipeline.load()
