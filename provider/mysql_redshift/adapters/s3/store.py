"""Read and write the objects of one bucket."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from mysql_redshift.adapters.s3 import errors
from mysql_redshift.errors import StoreUnavailable
from mysql_redshift.ports import ObjectInfo, StoredObject

DELETE_BATCH = 1000  # keys per DeleteObjects request
CONFLICT_TRIES = 5  # S3 answers 409 while another conditional write to the key is in progress
CONFLICT_SECONDS = 0.2
# Four parts of 16 MiB at a time keep memory flat for every file size; S3's limit of 10,000 parts allows 160 GB.
TRANSFER = TransferConfig(multipart_threshold=64 * 2**20, multipart_chunksize=16 * 2**20, max_concurrency=4)


class S3Store:
    """The objects of one bucket. ``client`` is a boto3 S3 client; the store is thread-safe because the client is."""

    def __init__(self, client: Any, bucket: str, *, sse: str | None = None, kms_key: str | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._encryption = _encryption(sse, kms_key)

    def get(self, key: str) -> StoredObject | None:
        """Read an object; return None only if S3 reports that it does not exist."""
        try:
            with self._translated("read the object", key, absent=True):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return StoredObject(body=answer["Body"].read(), etag=_etag(answer))
        except errors.Missing:
            return None

    def put(self, key: str, body: bytes) -> str:
        """Write an object, replacing any existing one; return its ETag."""
        with self._translated("write the object", key):
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=body, **self._encryption)
            return _etag(answer)

    def put_new(self, key: str, body: bytes) -> bool:
        """Create an object with If-None-Match; return True if this call created it, False if the key was taken.

        If a reply is lost, a retry (ours or botocore's) finds our own object. So if the key is taken, compare the
        existing object with ``body``.

        Raises:
            OutcomeUnknown: the reply was lost, and the object is missing or cannot be read.

        """
        try:
            for _ in range(CONFLICT_TRIES):
                refusal = self._create(key, body)
                if not refusal:
                    return True
                if refusal != "ConditionalRequestConflict":
                    return self._settle(key, body, None)
                time.sleep(CONFLICT_SECONDS)
        except StoreUnavailable as exc:
            return self._settle(key, body, exc)
        raise errors.persistent_conflict(self.uri(key), CONFLICT_TRIES)

    def upload(self, key: str, path: Path) -> ObjectInfo:
        """Upload a file, in several parts if it is large; return the object as S3 then describes it.

        Raises:
            StoreUnavailable: the object is missing or has another size than the file.

        """
        with self._translated("upload the object", key):
            self._client.upload_file(
                str(path), self._bucket, key, ExtraArgs=dict(self._encryption) or None, Config=TRANSFER
            )
        info = self.head(key)
        size = path.stat().st_size
        if info is None or info.size != size:
            raise StoreUnavailable(
                "An uploaded object is missing or incomplete",
                where=self.uri(key),
                expected=f"{size} bytes",
                found="no such object" if info is None else f"{info.size} bytes",
                remedy="A retry uploads it again.",
            )
        return info

    def head(self, key: str) -> ObjectInfo | None:
        """Describe an object; return None only if S3 reports that it does not exist."""
        try:
            with self._translated("describe the object", key, absent=True):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except errors.Missing:
            self._require_bucket(key)
            return None
        return ObjectInfo(
            key=key, size=answer["ContentLength"], etag=_etag(answer), modified=_time(answer["LastModified"])
        )

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield all objects under ``prefix`` in key order; request one page at a time (lesson L09)."""
        start = {"StartAfter": start_after} if start_after else {}
        paginator = self._client.get_paginator("list_objects_v2")
        pages = iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix, **start))
        while True:
            with self._translated("list the objects", prefix):
                page = next(pages, None)
            if page is None:
                return
            for item in page.get("Contents", ()):
                yield ObjectInfo(
                    key=item["Key"], size=item["Size"], etag=_etag(item), modified=_time(item["LastModified"])
                )

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; a missing object counts as deleted.

        Raises:
            StoreError: S3 did not delete some objects, which the message lists.
            StoreUnavailable: the same, but a retry may delete them.

        """
        for group in _groups(keys, DELETE_BATCH):
            with self._translated("delete the objects", group[0]):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in group], "Quiet": True}
                )
            kept = answer.get("Errors", [])
            if kept:
                raise errors.not_deleted(self.uri(str(kept[0].get("Key"))), kept)

    def uri(self, key: str) -> str:
        """Return ``s3://bucket/key``."""
        return f"s3://{self._bucket}/{key}"

    def _create(self, key: str, body: bytes) -> str:
        """Create the object; return "" or the error code of S3's refusal."""
        with self._translated("create the object", key):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*", **self._encryption)
            except ClientError as exc:
                code = errors.code_of(exc)
                if code in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                    return code
                if code == "NotImplemented":
                    raise errors.no_conditional_writes(self.uri(key), str(exc)) from exc
                raise
        return ""

    def _settle(self, key: str, body: bytes, lost: StoreUnavailable | None) -> bool:
        """Compare the existing object with ``body``. If it is missing, the outcome is unknown."""
        try:
            found = self.get(key)
        except StoreUnavailable as exc:
            raise errors.unknown_outcome(self.uri(key)) from exc
        if found is None:
            raise errors.unknown_outcome(self.uri(key)) from lost
        return found.body == body

    def _require_bucket(self, key: str) -> None:
        """Raise if the bucket is missing: a HEAD returns 404 for that as for a missing object."""
        try:
            with self._translated("find the bucket", key, absent=True):
                self._client.head_bucket(Bucket=self._bucket)
        except errors.Missing as exc:
            raise errors.no_bucket(self.uri(key), self._bucket) from exc

    def _translated(self, action: str, key: str, *, absent: bool = False) -> AbstractContextManager[None]:
        return errors.translated(action, self.uri(key), self._bucket, absent=absent)


def _encryption(sse: str | None, kms_key: str | None) -> Mapping[str, str]:
    found = {"ServerSideEncryption": sse, "SSEKMSKeyId": kms_key}
    return {name: value for name, value in found.items() if value}


def _etag(answer: Mapping[str, Any]) -> str:
    return str(answer["ETag"]).strip('"')


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _groups(keys: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    rest = iter(keys)
    while group := tuple(islice(rest, size)):
        yield group
