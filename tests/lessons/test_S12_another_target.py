"""S12: A target that was dropped and made again is not the one that was loaded."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import TargetError
from tests.way import Way, fill


def test_a_new_empty_target_is_recognised(way: Way) -> None:
    """Its history is gone; the message says how to bring it back."""
    fill(way, 5)
    way.sync()
    way.target("DROP TABLE {t}")
    way.target("CREATE TABLE {t} (id DECIMAL(20,0), updated_at TIMESTAMP, amount DECIMAL(12,2), note VARCHAR(200))")
    way.sql("UPDATE orders SET updated_at = UTC_TIMESTAMP(6) WHERE id = 1")
    way.sql("DO SLEEP(0.01)")
    way.stage_one()
    with pytest.raises(TargetError, match="full_refresh"):
        way.load()
