"""The files that a COPY reads: those of a manifest, or all with a key prefix."""

from __future__ import annotations

import json
from typing import Any

from devstack.redshift.copy.errors import LoadError
from devstack.redshift.copy.statement import CopyStatement
from devstack.redshift.copy.storage import SourceFile, Storage

LOCATION = "spectrum_manifest.cpp:204"


def files_of(copy: CopyStatement, storage: Storage) -> list[SourceFile]:
    """Return the files to load, in order. Raises LoadError."""
    if copy.manifest:
        return _listed(copy.source, storage)
    files = [file for file in storage.list(copy.source) if not (file.size == 0 and file.key.endswith("/"))]
    if not files:
        key = SourceFile(url=copy.source, size=0).key
        text = f"The specified S3 prefix '{key}' does not exist"
        raise LoadError(message=text, code=8001, context="", location="s3_utility.cpp:720", process="padbmaster")
    return files


def _listed(url: str, storage: Storage) -> list[SourceFile]:
    body = storage.read(url)
    if body is None:
        text = f"The specified S3 prefix '{SourceFile(url=url, size=0).key}' does not exist"
        raise LoadError(message=text, code=8001, context="", location="s3_utility.cpp:720", process="padbmaster")
    entries = _entries(body)
    sized = [_size(entry) for entry in entries]  # the whole manifest is checked before any file is read
    files = []
    for entry, size in zip(entries, sized, strict=True):
        file = _open(entry, size, storage)
        if file is not None:
            files.append(file)
    return files


def _entries(body: bytes) -> list[dict[str, Any]]:
    try:
        manifest = json.loads(body)
    except ValueError as exc:
        raise _wrong(f"Invalid JSON in the manifest file: {exc}") from exc
    entries = manifest.get("entries") if isinstance(manifest, dict) else None
    if not isinstance(entries, list):
        raise _wrong("Manifest file does not have 'entries' key.")
    if not entries:
        raise _wrong("Manifest file has no entries.")
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
            raise _wrong("File entry does not have 'url' key.")
    return entries


def _size(entry: dict[str, Any]) -> int:
    meta = entry.get("meta")
    if not isinstance(meta, dict):
        raise _wrong("File entry does not have 'meta' key.")
    length = meta.get("content_length")
    if not isinstance(length, int) or isinstance(length, bool):
        raise _wrong("File entry does not have 'content_length' key in 'meta'.")
    return length


def _open(entry: dict[str, Any], size: int, storage: Storage) -> SourceFile | None:
    url = entry["url"]
    found = storage.head(url)
    if found is None and entry.get("mandatory", False) is not True:
        return None
    if found is None:
        address = storage.address(SourceFile(url=url, size=0))
        raise LoadError(context=f"File not found: {address}", file_name=url, location="dory_util.cpp:1450")
    if found.size != size:
        address = storage.address(found)
        text = f"The size of file {address} is {found.size}, the manifest's content_length is {size}."
        raise LoadError(context=text, file_name=url, location=LOCATION)
    return found


def _wrong(text: str) -> LoadError:
    return LoadError(message=text, code=15003, context="", location=LOCATION, process="padbmaster")
