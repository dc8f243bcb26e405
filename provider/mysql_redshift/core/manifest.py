"""The manifest that COPY reads: whole keys, their sizes, and no file may be missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from mysql_redshift.core.log import LogFile


def copy_manifest(files: Iterable[LogFile], uri: Callable[[str], str]) -> bytes:
    """Return the manifest's JSON. Parquet needs content_length; mandatory is False unless said (REDSHIFT.md)."""
    entries = [{"url": uri(f.key), "mandatory": True, "meta": {"content_length": f.size}} for f in files]
    return json.dumps({"entries": entries}, indent=1).encode()
