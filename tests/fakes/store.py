"""A bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from mysql_redshift.ports import ObjectInfo, StoredObject


class MemoryStore:
    """Keeps the promises of ``ObjectStore``; ``reads`` counts GETs and ``listed`` the keys a listing yielded."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.listed = 0

    def get(self, key: str) -> StoredObject | None:
        body = self.objects.get(key)
        return None if body is None else StoredObject(body=body, etag=_etag(body))

    def put(self, key: str, body: bytes) -> str:
        self.objects[key] = body
        return _etag(body)

    def put_new(self, key: str, body: bytes) -> bool:
        if key in self.objects:
            return self.objects[key] == body
        self.objects[key] = body
        return True

    def upload(self, key: str, path: Path) -> ObjectInfo:
        self.put(key, path.read_bytes())
        info = self.head(key)
        assert info is not None
        return info

    def head(self, key: str) -> ObjectInfo | None:
        body = self.objects.get(key)
        if body is None:
            return None
        return ObjectInfo(key=key, size=len(body), etag=_etag(body), modified="2026-01-01T00:00:00Z")

    def list(self, prefix: str, *, start_after: str = "") -> Iterator[ObjectInfo]:
        for key in sorted(self.objects):
            if key.startswith(prefix) and key > start_after:
                self.listed += 1
                info = self.head(key)
                assert info is not None
                yield info

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def uri(self, key: str) -> str:
        return f"s3://lake/{key}"


def _etag(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
