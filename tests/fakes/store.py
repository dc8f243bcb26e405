"""A bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from mysql_redshift.ports import ObjectInfo, StoredObject


class MemoryStore:
    """``ObjectStore`` in memory; ``listed`` counts the keys that listings yielded."""

    def __init__(self, *, bucket: str = "lake") -> None:
        self.objects: dict[str, bytes] = {}
        self.listed = 0
        self._bucket = bucket

    def get(self, key: str) -> StoredObject | None:
        body = self.objects.get(key)
        return None if body is None else StoredObject(body=body, etag=_etag(body))

    def put(self, key: str, body: bytes) -> str:
        self.objects[key] = body
        return _etag(body)

    def put_new(self, key: str, body: bytes) -> bool:
        # setdefault is atomic: of many threads one creates the key. As in S3Store, an identical body counts as ours.
        return self.objects.setdefault(key, body) == body

    def upload(self, key: str, path: Path) -> ObjectInfo:
        body = path.read_bytes()
        self.put(key, body)
        return _info(key, body)

    def head(self, key: str) -> ObjectInfo | None:
        body = self.objects.get(key)
        return None if body is None else _info(key, body)

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        # Text sorts by code point, which is the order of UTF-8 and so of S3.
        for key, body in sorted(self.objects.items()):
            if key.startswith(prefix) and key > start_after:
                self.listed += 1
                yield _info(key, body)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def uri(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"


def _info(key: str, body: bytes) -> ObjectInfo:
    return ObjectInfo(key=key, size=len(body), etag=_etag(body), modified="2026-01-01T00:00:00Z")


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
