"""Only the first page of a listing is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from mysql_redshift.adapters.s3 import S3Store

PAGE = 1000


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Yield the first page only."""
    whole = S3Store.list

    def first_page(self: S3Store, prefix: str, **arguments: Any) -> Iterator[Any]:
        return islice(whole(self, prefix, **arguments), PAGE)

    monkeypatch.setattr(S3Store, "list", first_page)
