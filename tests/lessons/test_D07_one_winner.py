"""D07: Of two runs that publish at once one wins, and the other is told who."""

from __future__ import annotations

import pytest

from mysql_redshift.errors import Conflict
from tests.way import Way, fill


def test_the_slower_run_does_not_overwrite_the_quicker(way: Way) -> None:
    """An entry is created, never replaced."""
    fill(way, 5)
    slow, quick = way.plan(), way.plan()
    slow_receipts = way.extract(slow)
    way.publish(quick, way.extract(quick))
    with pytest.raises(Conflict, match=quick.run_key):
        way.publish(slow, slow_receipts)
