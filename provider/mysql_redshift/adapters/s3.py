"""One bucket of Amazon S3, or of a server that speaks its protocol, as the port ``ObjectStore``."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from botocore.exceptions import ConnectionError as BotoConnectionError

from mysql_redshift.errors import AccessDenied, OutcomeUnknown, StoreError, StoreUnavailable
from mysql_redshift.ports import ObjectInfo, StoredObject

DELETE_BATCH = 1000  # keys a DeleteObjects request takes
CONFLICT_TRIES = 5  # S3 answers 409 while another conditional write on the key is under way
CONFLICT_SECONDS = 0.2
MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
DENIED = frozenset(
    {"AccessDenied", "403", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
)
TRANSIENT = frozenset(
    {"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout", "500", "502", "503", "504", "Throttling"}
)


class S3Store:
    """Objects of one bucket. ``client`` is a boto3 S3 client; safe to share between threads, as the client is."""

    def __init__(self, client: Any, bucket: str, *, sse: str | None = None, kms_key: str | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._encryption = _encryption(sse, kms_key)

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None only where S3 says that it does not exist."""
        try:
            with self._translated("read", key):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                return StoredObject(body=answer["Body"].read(), etag=_etag(answer))
        except _Missing:
            return None

    def put(self, key: str, body: bytes) -> str:
        """Write an object whatever was there; return its ETag."""
        with self._translated("write", key):
            answer = self._client.put_object(Bucket=self._bucket, Key=key, Body=body, **self._encryption)
            return _etag(answer)

    def put_new(self, key: str, body: bytes) -> bool:
        """Create an object with If-None-Match: True where this call made it, False where the key was taken before.

        S3's answer may be lost, and a retry then meets our own object: whoever is there is compared with ``body``.

        Raises:
            OutcomeUnknown: the answer was lost and S3 cannot be asked.

        """
        try:
            for _ in range(CONFLICT_TRIES):
                outcome = self._put_if_absent(key, body)
                if outcome != "ConditionalRequestConflict":
                    return outcome == "created" or self._is(key, body)
                time.sleep(CONFLICT_SECONDS)
        except StoreUnavailable as exc:
            return self._settle(key, body, exc)
        raise StoreUnavailable(
            "S3 keeps saying that another write to this key is under way", where=self.uri(key), remedy="Run again."
        )

    def upload(self, key: str, path: Path) -> ObjectInfo:
        """Upload a file, in parts where it is large; return what S3 then says of the object."""
        with self._translated("upload", key):
            self._client.upload_file(str(path), self._bucket, key, ExtraArgs=dict(self._encryption) or None)
        info = self.head(key)
        if info is None or info.size != path.stat().st_size:
            raise StoreUnavailable(
                "An object that was just uploaded is not there whole",
                where=self.uri(key),
                expected=f"{path.stat().st_size} bytes",
                found="no such object" if info is None else f"{info.size} bytes",
                remedy="Run again.",
            )
        return info

    def head(self, key: str) -> ObjectInfo | None:
        """Describe an object; None only where S3 says that it does not exist."""
        try:
            with self._translated("describe", key):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except _Missing:
            return None
        return ObjectInfo(
            key=key, size=answer["ContentLength"], etag=_etag(answer), modified=_time(answer["LastModified"])
        )

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        """Yield objects in key order, page by page, to the end (L9)."""
        with self._translated("list", prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, **({"StartAfter": start_after} if start_after else {})
            )
            for page in pages:
                for item in page.get("Contents", ()):
                    yield ObjectInfo(
                        key=item["Key"], size=item["Size"], etag=_etag(item), modified=_time(item["LastModified"])
                    )

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; raises StoreError naming the first that S3 refused to delete."""
        for group in _groups(keys, DELETE_BATCH):
            with self._translated("delete", group[0]):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in group], "Quiet": True}
                )
            for error in answer.get("Errors", ()):
                raise StoreError(
                    f"S3 refused to delete {len(answer['Errors'])} objects",
                    where=self.uri(error["Key"]),
                    found=f"{error.get('Code')}: {error.get('Message')}",
                    remedy="Allow s3:DeleteObject on this prefix.",
                )

    def uri(self, key: str) -> str:
        """Return ``s3://bucket/key``."""
        return f"s3://{self._bucket}/{key}"

    def _put_if_absent(self, key: str, body: bytes) -> str:
        """Return "created", or the code with which S3 refused."""
        with self._translated("create", key):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*", **self._encryption)
            except ClientError as exc:
                code = _code(exc)
                if code in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                    return code
                if code == "NotImplemented":
                    raise StoreError(
                        "This server has no conditional writes",
                        where=self.uri(key),
                        found=str(exc),
                        remedy="Use a bucket on Amazon S3, or on a server that supports If-None-Match.",
                    ) from exc
                raise
        return "created"

    def _is(self, key: str, body: bytes) -> bool:
        found = self.get(key)
        return found is not None and found.body == body

    def _settle(self, key: str, body: bytes, lost: StoreUnavailable) -> bool:
        """Ask who is there. Nobody: the request never arrived, or may still arrive; so nothing is assumed."""
        try:
            found = self.get(key)
        except StoreUnavailable as exc:
            raise self._unknown(key) from exc
        if found is None:
            raise self._unknown(key) from lost
        return found.body == body

    def _unknown(self, key: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            "S3's answer to a conditional write was lost, and it cannot be told yet whether the object was created",
            where=self.uri(key),
            remedy="Run again: the same run finds its own object, another run's object is named.",
        )

    @contextmanager
    def _translated(self, verb: str, key: str) -> Iterator[None]:
        where = self.uri(key)
        try:
            yield
        except ClientError as exc:
            raise _error(exc, verb, where, self._bucket) from exc
        except NoCredentialsError as exc:
            raise AccessDenied(
                "No AWS credentials were found", where=where, remedy="Fill in the AWS connection, or give a role."
            ) from exc
        except (BotoConnectionError, HTTPClientError) as exc:
            raise StoreUnavailable(
                f"S3 could not be reached to {verb} an object", where=where, found=str(exc), remedy="Run again."
            ) from exc
        except BotoCoreError as exc:
            raise StoreError(f"S3 could not be asked to {verb} an object", where=where, found=str(exc)) from exc
        except Exception as exc:
            # boto3's transfer manager wraps what went wrong in errors of its own, outside botocore's tree.
            if type(exc).__module__.startswith(("boto3", "s3transfer", "urllib3")):
                raise StoreUnavailable(
                    f"S3 failed to {verb} an object", where=where, found=str(exc), remedy="Run again."
                ) from exc
            raise


class _Missing(Exception):
    """S3 said that the object does not exist."""


def _error(exc: ClientError, verb: str, where: str, bucket: str) -> Exception:
    code = _code(exc)
    if code in MISSING:
        return _Missing()
    if code == "NoSuchBucket":
        return StoreError(
            "The bucket does not exist",
            where=where,
            expected=f"bucket {bucket}",
            found="no such bucket",
            remedy="Create it, or correct lake.bucket in the pipeline's YAML.",
        )
    if code in DENIED:
        return AccessDenied(
            f"S3 does not let us {verb} this",
            where=where,
            found=code,
            remedy=f"Check the AWS connection's keys or role, and its rights on bucket {bucket}.",
        )
    status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in TRANSIENT or status >= 500:
        return StoreUnavailable(
            f"S3 failed to {verb} this", where=where, found=f"{code} ({status})", remedy="Run again."
        )
    return StoreError(f"S3 refused to {verb} this", where=where, found=str(exc))


def _code(exc: ClientError) -> str:
    return str(exc.response.get("Error", {}).get("Code", ""))


def _encryption(sse: str | None, kms_key: str | None) -> Mapping[str, str]:
    found = {"ServerSideEncryption": sse, "SSEKMSKeyId": kms_key}
    return {name: value for name, value in found.items() if value}


def _etag(answer: Mapping[str, Any]) -> str:
    return str(answer["ETag"]).strip('"')


def _time(moment: Any) -> str:
    return str(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _groups(keys: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    rest = iter(keys)
    while group := tuple(islice(rest, size)):
        yield group
