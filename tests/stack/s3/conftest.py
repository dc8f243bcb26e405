"""Stores of the test's own bucket, directly or through a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from devstack.status import S3Status
from mysql_redshift.adapters.s3 import S3Store
from tests.stack.tunnel.cutting import CuttingProxy

MakeStore = Callable[..., S3Store]


def client(server: S3Status, *, endpoint: str = "", attempts: int = 1) -> Any:
    """Return a boto3 client with short timeouts."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint or server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )


@pytest.fixture
def make_store(bucket: S3Status) -> MakeStore:
    """Make stores, by default of the test's own bucket."""

    def make(*, name: str = "", endpoint: str = "", attempts: int = 1) -> S3Store:
        return S3Store(client(bucket, endpoint=endpoint, attempts=attempts), name or bucket.bucket)

    return make


@pytest.fixture
def store(make_store: MakeStore) -> S3Store:
    """A store of the test's own bucket."""
    return make_store()


@pytest.fixture
def proxy(bucket: S3Status) -> Iterator[CuttingProxy]:
    """A proxy in front of the S3 server."""
    address = urlsplit(bucket.endpoint)
    with CuttingProxy((address.hostname or "", address.port or 0)) as proxy:
        yield proxy


@pytest.fixture
def endpoint(proxy: CuttingProxy) -> str:
    """The proxy's URL."""
    return f"http://127.0.0.1:{proxy.port}"
