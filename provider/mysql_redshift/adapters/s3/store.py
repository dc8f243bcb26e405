"""Objects of one bucket."""

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

DELETE_BATCH = 1000  # keys a DeleteObjects request takes
CONFLICT_TRIES = 5  # S3 answers 409 while another conditional write on the key is under way
CONFLICT_SECONDS = 0.2
# Four parts of 16 MiB at a time: memory stays flat however large a file is, and S3's 10,000 parts hold 160 GB.
TRANSFER = TransferConfig(multipart_threshold=64 * 2**20, multipart_chunksize=16 * 2**20, max_concurrency=4)


class S3Store:
    """Objects of one bucket. ``client`` is a boto3 S3 client; safe to share between threads, as the client is."""

    def __init__(self, client: Any, bucket: str, *, sse: str | None = None, kms_key: str | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._encryption = _encryption(sse, kms_key)

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None only where S3 says that it does not exist."""
        try:
            with self._translated("read", key, absent=True):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return StoredObject(body=answer["Body"].read(), etag=_etag(answer))
        except errors.Missing:
            return None

    def put(self, key: str, body: bytes) -> str:
        """Write an object whatever was there; return its ETag."""
        with self._translated("write", key):
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=body, **self._encryption)
            return _etag(answer)

    def put_new(self, key: str, body: bytes) -> bool:
        """Create an object with If-None-Match: True where this call made it, False where the key was taken before.

        S3's answer may be lost, and a retry, botocore's own among them, then meets our own object: so whoever is
        there is compared with ``body``.

        Raises:
            OutcomeUnknown: the answer was lost and S3 does not say who is there.

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
        raise errors.endless_conflict(self.uri(key), CONFLICT_TRIES)

    def upload(self, key: str, path: Path) -> ObjectInfo:
        """Upload a file, in parts where it is large; return what S3 then says of the object."""
        with self._translated("upload", key):
            self._client.upload_file(
                str(path), self._bucket, key, ExtraArgs=dict(self._encryption) or None, Config=TRANSFER
            )
        info = self.head(key)
        size = path.stat().st_size
        if info is None or info.size != size:
            raise StoreUnavailable(
                "An object that was just uploaded is not there whole",
                where=self.uri(key),
                expected=f"{size} bytes",
                found="no such object" if info is None else f"{info.size} bytes",
                remedy="A retry uploads it anew.",
            )
        return info

    def head(self, key: str) -> ObjectInfo | None:
        """Describe an object; None only where S3 says that it does not exist."""
        try:
            with self._translated("describe", key, absent=True):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except errors.Missing:
            self._require_bucket(key)
            return None
        return ObjectInfo(
            key=key, size=answer["ContentLength"], etag=_etag(answer), modified=_time(answer["LastModified"])
        )

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in key order, page by page, to the end (L9)."""
        start = {"StartAfter": start_after} if start_after else {}
        paginator = self._client.get_paginator("list_objects_v2")
        pages = iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix, **start))
        while True:
            with self._translated("list", prefix):
                page = next(pages, None)
            if page is None:
                return
            for item in page.get("Contents", ()):
                yield ObjectInfo(
                    key=item["Key"], size=item["Size"], etag=_etag(item), modified=_time(item["LastModified"])
                )

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is gone already counts as deleted. Raises StoreError naming those S3 kept."""
        for group in _groups(keys, DELETE_BATCH):
            with self._translated("delete", group[0]):
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
        """Create the object; return "" or the code with which S3 refused."""
        with self._translated("create", key):
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
        """Ask who is there. Nobody: the request never arrived, or may still arrive; so nothing is assumed."""
        try:
            found = self.get(key)
        except StoreUnavailable as exc:
            raise errors.unknown_outcome(self.uri(key)) from exc
        if found is None:
            raise errors.unknown_outcome(self.uri(key)) from lost
        return found.body == body

    def _require_bucket(self, key: str) -> None:
        """A HEAD says 404 for a missing bucket too, and the steps must not take that for a missing object."""
        try:
            with self._translated("look for", key, absent=True):
                self._client.head_bucket(Bucket=self._bucket)
        except errors.Missing as exc:
            raise errors.no_bucket(self.uri(key), self._bucket) from exc

    def _translated(self, verb: str, key: str, *, absent: bool = False) -> AbstractContextManager[None]:
        return errors.translated(verb, self.uri(key), self._bucket, absent=absent)


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
