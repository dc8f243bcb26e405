"""Each implementation of a port under the same fixtures: the fake in memory and the adapter on a local server."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mysql_redshift.adapters.s3 import S3Store
from mysql_redshift.ports import ObjectStore
from tests.fakes.store import MemoryStore
from tests.stack.conftest import bucket, s3_client

__all__ = ["bucket", "s3_client"]


@dataclass(frozen=True, kw_only=True)
class EmptyBucket:
    """An empty bucket and the store that writes to it."""

    name: str
    store: ObjectStore


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.stack)])
def empty_bucket(request: pytest.FixtureRequest) -> EmptyBucket:
    """Return an empty bucket. Only the variant on S3 starts the servers."""
    if request.param == "memory":
        return EmptyBucket(name="in-memory", store=MemoryStore(bucket="in-memory"))
    name = request.getfixturevalue("bucket").bucket
    return EmptyBucket(name=name, store=S3Store(request.getfixturevalue("s3_client"), name))


@pytest.fixture
def store(empty_bucket: EmptyBucket) -> ObjectStore:
    """Return a store over an empty bucket."""
    return empty_bucket.store
