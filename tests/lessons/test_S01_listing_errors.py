"""S01: A listing that fails raises an error; it is never an empty list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mysql_redshift.adapters.s3 import S3Store
from mysql_redshift.errors import StoreUnavailable
from tests.table_pipeline import TablePipeline, insert_orders


def test_a_load_that_cannot_list_the_log_fails(pipeline: TablePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is pending; an empty list would report success without loading it."""
    insert_orders(pipeline, 5)
    pipeline.extract_and_publish()

    def throttled(self: S3Store, prefix: str, **arguments: Any) -> Iterator[Any]:
        raise StoreUnavailable("S3 throttles the listing", where=f"{self.uri(prefix)} {arguments}")

    monkeypatch.setattr(S3Store, "list", throttled)
    with pytest.raises(StoreUnavailable):
        pipeline.load()
