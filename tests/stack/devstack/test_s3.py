"""S3 provides the conditional writes that the log depends on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from devstack.status import S3Status

WRITERS = 8
ROUNDS = 10


def race(put: Callable[[int], Any]) -> list[int]:
    """Let all writers put at the same time; return those that S3 did not reject with 412."""
    gate = Barrier(WRITERS)

    def attempt(writer: int) -> bool:
        gate.wait()
        try:
            put(writer)
        except ClientError as exc:
            if exc.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        won = list(pool.map(attempt, range(WRITERS)))
    return [writer for writer, winner in enumerate(won) if winner]


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_one_of_several_writers_that_create_a_key_wins(s3_client: Any, bucket: S3Status, turn: int) -> None:
    """Eight concurrent puts with If-None-Match: one succeeds, and its body is stored."""

    def create(writer: int) -> None:
        s3_client.put_object(Bucket=bucket.bucket, Key=f"log/{turn}", Body=str(writer).encode(), IfNoneMatch="*")

    winners = race(create)
    assert len(winners) == 1
    assert s3_client.get_object(Bucket=bucket.bucket, Key=f"log/{turn}")["Body"].read() == str(winners[0]).encode()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_one_of_several_writers_that_replace_a_version_wins(s3_client: Any, bucket: S3Status, turn: int) -> None:
    """Eight concurrent puts with If-Match of the same ETag: one succeeds, and its body is stored."""
    key = f"watermark/{turn}"
    etag = s3_client.put_object(Bucket=bucket.bucket, Key=key, Body=b"before")["ETag"]
    winners = race(lambda w: s3_client.put_object(Bucket=bucket.bucket, Key=key, Body=str(w).encode(), IfMatch=etag))
    assert len(winners) == 1
    assert s3_client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read() == str(winners[0]).encode()
