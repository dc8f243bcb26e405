"""The whole table is fetched before its first batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mysql_redshift.adapters.mysql.reader import MySQLRowStream


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch all batches, then yield them."""
    stream = MySQLRowStream.__iter__

    def fetched(self: MySQLRowStream) -> Iterator[Any]:
        yield from list(stream(self))

    monkeypatch.setattr(MySQLRowStream, "__iter__", fetched)
