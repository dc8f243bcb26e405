"""L15: A cursor is compared with values of its own kind only."""

from __future__ import annotations

import pytest

from mysql_redshift.core.spec import CursorRef, LoadMode
from mysql_redshift.errors import ConfigurationError
from tests.way import Way, fill


def test_a_moment_is_no_id(way: Way) -> None:
    """``since: 2026-01-01`` on an integer id is refused before anything is read."""
    way.change(cursor=CursorRef(column="id"), load=LoadMode.APPEND)
    fill(way, 5)
    with pytest.raises(ConfigurationError):
        way.plan(since="2026-01-01", allow_gap=True)
