"""L25: A wall clock of an unstated zone is refused unless the server's own zone is UTC."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef
from mysql_redshift.errors import ConfigurationError
from tests.table_pipeline import TablePipeline


def test_a_wall_clock_of_an_unstated_zone_is_refused(pipeline: TablePipeline) -> None:
    """East of UTC its rows lie in the future, so that a first run would read none and verify would agree."""
    pipeline.sql("INSERT INTO orders VALUES (1, UTC_TIMESTAMP(6) + INTERVAL 1 HOUR, 1, 'local time')")
    pipeline.change(cursor=CursorRef(column="updated_at"))
    with pytest.raises(ConfigurationError, match="time zone is not stated"):
        pipeline.plan()
