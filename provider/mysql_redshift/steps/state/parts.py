"""Uploads the Parquet parts of one read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator

from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import LogFile
from mysql_redshift.ports import EncodedPart, ObjectStore


def upload_parts(
    parts: Iterable[EncodedPart], *, store: ObjectStore, layout: TableLayout, run_key: str, chunk: int = 0
) -> Iterator[LogFile]:
    """Upload each part as it is finished and yield what the log records of it.

    The keys are unique to this attempt (lesson L01), so a retry never overwrites a part. A part that no log entry names
    is never loaded.
    """
    token = secrets.token_hex(4)
    for number, part in enumerate(parts):
        info = store.upload(layout.part(run_key, chunk, number, token), part.path)
        yield LogFile(key=info.key, size=info.size, rows=part.rows, etag=info.etag, chunk=chunk, part=number)
