"""The manifest that COPY reads: full keys and sizes; every file is mandatory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from mysql_redshift.core.log import LogFile


def copy_manifest(files: Iterable[LogFile], uri: Callable[[str], str]) -> bytes:
    """Return the manifest as JSON. COPY requires content_length for Parquet; mandatory defaults to false."""
    entries = [{"url": uri(f.key), "mandatory": True, "meta": {"content_length": f.size}} for f in files]
    return json.dumps({"entries": entries}, indent=1).encode()
