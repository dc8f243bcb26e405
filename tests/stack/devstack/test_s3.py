"""S3 keeps the promises that the log rests on."""

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
    """Let all writers put at one moment; return those whom S3 did not refuse with 412."""
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
def test_of_writers_that_create_one_key_one_wins(s3_client: Any, bucket: S3Status, turn: int) -> None:
    """Eight puts with If-None-Match at one moment: one succeeds, and its body is what is there."""

    def create(writer: int) -> None:
        s3_client.put_object(Bucket=bucket.bucket, Key=f"log/{turn}", Body=str(writer).encode(), IfNoneMatch="*")

    winners = race(create)
    assert len(winners) == 1
    assert s3_client.get_object(Bucket=bucket.bucket, Key=f"log/{turn}")["Body"].read() == str(winners[0]).encode()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_of_writers_that_replace_one_version_one_wins(s3_client: Any, bucket: S3Status, turn: int) -> None:
    """Eight puts with If-Match of the same ETag at one moment: one succeeds."""
    key = f"watermark/{turn}"
    etag = s3_client.put_object(Bucket=bucket.bucket, Key=key, Body=b"before")["ETag"]
    winners = race(lambda w: s3_client.put_object(Bucket=bucket.bucket, Key=key, Body=str(w).encode(), IfMatch=etag))
    assert len(winners) == 1
    assert s3_client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read() == str(winners[0]).encode()
