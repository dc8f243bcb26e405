"""The time to read a pipeline's YAML, which every task does first."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from benchmarks.timing import interleaved
from mysql_redshift.config import load_pipeline, read_table

CONFIGURATION = """\
pipeline: bench
source: {conn_id: source, database: bench}
lake: {conn_id: aws_default, bucket: lake}
target: {conn_id: redshift, schema: bench, iam_role: "arn:aws:iam::123456789012:role/copy"}
defaults: {cursor: id}
tables:
"""


def measure(tables: int, rounds: int) -> None:
    """Time reading a pipeline of ``tables`` tables, and one table of it, compared to the YAML library alone."""
    entries = "".join(f"  t{number}: {{load: append, chunk_rows: {number + 1}}}\n" for number in range(tables))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.yaml")
        path.write_text(CONFIGURATION + entries)
        parsed, whole = interleaved(
            lambda: yaml.load(path.read_text(), yaml.CSafeLoader), lambda: load_pipeline(path), rounds
        )
        _, one = interleaved(lambda: None, lambda: read_table(path, "t7"), rounds)
    print(
        f"configuration: {tables} tables in {whole:.2f} s, one of them in {one:.2f} s; "
        f"{whole / parsed:.1f} and {one / parsed:.1f} times the YAML library alone"
    )
