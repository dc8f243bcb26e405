"""Every S3 key of this package is built here and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import StateError

SEQUENCE_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """The keys of one table's state and data below ``root``."""

    root: str

    @classmethod
    def of(cls, spec: TableSpec) -> TableLayout:
        """Build the root: prefix / environment / pipeline / database.table, each name quoted so that no two meet."""
        names = [
            _safe(spec.environment),
            _safe(spec.pipeline),
            f"{_safe(spec.source.database)}.{_safe(spec.source.table)}",
        ]
        return cls(root="/".join([*filter(None, spec.lake.prefix.strip("/").split("/")), *names]))

    @property
    def table(self) -> str:
        """Environment, pipeline, database and table: whose state this is, in whatever bucket and below any prefix."""
        return "/".join(self.root.split("/")[-3:])

    @property
    def log(self) -> str:
        """The folder of log entries, with a slash at its end."""
        return f"{self.root}/log/"

    @property
    def data(self) -> str:
        """The folder of Parquet files, with a slash at its end."""
        return f"{self.root}/data/"

    @property
    def watermark(self) -> str:
        """The readable cache."""
        return f"{self.root}/watermark.json"

    def entry(self, sequence: int) -> str:
        """Return the log entry with this sequence."""
        return f"{self.log}{sequence:0{SEQUENCE_DIGITS}d}.json"

    def part(self, run_key: str, chunk: int, part: int, token: str) -> str:
        """Return one Parquet file: unique per run, chunk, part and attempt (L1)."""
        return f"{self.data}{run_key}/{chunk:05d}-{part:05d}-{token}.parquet"

    def manifest(self, load_id: str) -> str:
        """Return the manifest of one load."""
        return f"{self.root}/copy/{load_id}.manifest"

    def probe(self, token: str) -> str:
        """Return the object with which conditional writes are tried before the first run."""
        return f"{self.root}/probe-{token}"

    def sequence_of(self, key: str) -> int:
        """Return the sequence of a log entry's key; raises StateError for a key that is none."""
        match = re.fullmatch(re.escape(self.log) + rf"(\d{{{SEQUENCE_DIGITS}}})\.json", key)
        if match is None:
            raise StateError(
                "A foreign object lies in the log", where=key, expected="<sequence>.json", remedy="Move it away."
            )
        return int(match.group(1))


def _safe(name: str) -> str:
    """Percent-encode what S3 or a URL would read otherwise; dots too, because one parts database and table."""
    return quote(name, safe="").replace(".", "%2E")
