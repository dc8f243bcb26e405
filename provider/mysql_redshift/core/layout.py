"""S3 keys. Every key of this package is built in this module."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import StateError

SEQUENCE_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """The keys of one table's state and data under ``root``."""

    root: str

    @classmethod
    def of(cls, spec: TableSpec) -> TableLayout:
        """Build the root, prefix/environment/pipeline/database.table; names are escaped so that roots are unique."""
        names = [
            _safe(spec.environment),
            _safe(spec.pipeline),
            f"{_safe(spec.source.database)}.{_safe(spec.source.table)}",
        ]
        return cls(root="/".join([*filter(None, spec.lake.prefix.strip("/").split("/")), *names]))

    @property
    def table(self) -> str:
        """Environment, pipeline, database and table: the table's identity, independent of bucket and prefix."""
        return "/".join(self.root.split("/")[-3:])

    @property
    def log(self) -> str:
        """The prefix of log entries, with a trailing slash."""
        return f"{self.root}/log/"

    @property
    def data(self) -> str:
        """The prefix of Parquet files, with a trailing slash."""
        return f"{self.root}/data/"

    @property
    def watermark(self) -> str:
        """The key of the watermark cache."""
        return f"{self.root}/watermark.json"

    def entry(self, sequence: int) -> str:
        """Return the key of the log entry with this sequence."""
        return f"{self.log}{sequence:0{SEQUENCE_DIGITS}d}.json"

    def part(self, run_key: str, chunk: int, part: int, token: str) -> str:
        """Return the key of a Parquet file, unique per run, chunk, part and attempt (lesson L01)."""
        return f"{self.data}{run_key}/{chunk:05d}-{part:05d}-{token}.parquet"

    def manifest(self, load_id: str) -> str:
        """Return the key of one load's COPY manifest."""
        return f"{self.root}/copy/{load_id}.manifest"

    def probe(self, token: str) -> str:
        """Return the key of the object that tests conditional writes before the first run."""
        return f"{self.root}/probe-{token}"

    def sequence_of(self, key: str) -> int:
        """Return the sequence in a log entry's key; raise StateError if the key is not one."""
        match = re.fullmatch(re.escape(self.log) + rf"(\d{{{SEQUENCE_DIGITS}}})\.json", key)
        if match is None:
            raise StateError(
                "Unexpected object under the log prefix",
                where=key,
                expected="<sequence>.json",
                remedy="Move the object to another prefix.",
            )
        return int(match.group(1))


def check_folder(spec: TableSpec, token: str) -> str:
    """Return the prefix of the files of one check of a cluster, with a trailing slash."""
    return "/".join([*filter(None, spec.lake.prefix.strip("/").split("/")), f"_check-{_safe(token)}", ""])


def _safe(name: str) -> str:
    """Percent-encode characters that are special in S3 keys or URLs, and dots: one separates database and table."""
    return quote(name, safe="").replace(".", "%2E")
