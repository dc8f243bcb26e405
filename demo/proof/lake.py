"""Read S3: the log entries of each table, and the row counts in the footers of their Parquet files."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import boto3
import pyarrow.parquet as pq
from botocore.config import Config
from botocore.exceptions import ClientError

from demo.dataset import DATABASE
from devstack.status import S3Status

FOOTER_BYTES = 1 << 18  # more than the footer of any file of the demo
SEQUENCE_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One log entry: the exact files of one run of one table, and the position that it reached."""

    sequence: int
    run_key: str
    files: tuple[str, ...]
    source_rows: int
    position: datetime | int | None

    @property
    def watermark(self) -> str:
        """The position in readable form."""
        if isinstance(self.position, datetime):
            return self.position.isoformat(sep=" ", timespec="microseconds").removesuffix("+00:00")
        return "" if self.position is None else f"id {self.position}"


class Lake:
    """The objects of one pipeline."""

    def __init__(self, s3: S3Status, *, prefix: str, environment: str, pipeline: str) -> None:
        self._bucket = s3.bucket
        self._root = f"{prefix}/{environment}/{pipeline}/{DATABASE}"
        self._client = boto3.client(
            "s3",
            endpoint_url=s3.endpoint,
            region_name=s3.region,
            aws_access_key_id=s3.access_key,
            aws_secret_access_key=s3.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )

    def entries(self, table: str, *, after: int = 0) -> list[Entry]:
        """Return the log entries of a table above sequence ``after``, up to the log head."""
        found: list[Entry] = []
        while (entry := self._entry(table, after + len(found) + 1)) is not None:
            found.append(entry)
        return found

    def footer_rows(self, entry: Entry) -> int:
        """Return the sum of the row counts in the files' footers."""
        return sum(self._rows_of(key) for key in entry.files)

    def _entry(self, table: str, sequence: int) -> Entry | None:
        key = f"{self._root}.{table}/log/{sequence:0{SEQUENCE_DIGITS}d}.json"
        try:
            plain = json.loads(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as exc:
            if exc.response["Error"]["Code"] not in ("NoSuchKey", "404"):
                raise
            return None
        return Entry(
            sequence=plain["sequence"],
            run_key=plain["run_key"],
            files=tuple(file["key"] for file in plain["files"]),
            source_rows=plain["source_rows"],
            position=_position(plain["position_to"]),
        )

    def _rows_of(self, key: str) -> int:
        tail = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes=-{FOOTER_BYTES}")["Body"].read()
        return pq.read_metadata(io.BytesIO(tail)).num_rows


def _position(plain: dict[str, object] | None) -> datetime | int | None:
    """Parse a position: a time is microseconds since 1970 in UTC, an id is the first that is not read."""
    if plain is None:
        return None
    value = int(str(plain["value"]))
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value) if plain["kind"] == "time" else value
