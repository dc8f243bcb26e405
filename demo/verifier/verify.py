"""Comparing every table at both ends, the two servers working at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from demo.dataset import Table
from demo.verifier.facts import Comparison
from demo.verifier.source import SourceReader
from demo.verifier.target import TargetReader


def verify(source: SourceReader, target: TargetReader, tables: tuple[Table, ...]) -> Iterator[Comparison]:
    """Yield each table's comparison as soon as both ends have answered."""
    with ThreadPoolExecutor(1, "at the source") as first, ThreadPoolExecutor(1, "in the target") as second:
        at_source = [first.submit(source.facts, table) for table in tables]
        in_target = [second.submit(target.facts, table, md5=source.md5) for table in tables]
        for one, other in zip(at_source, in_target, strict=True):
            yield Comparison(source=one.result(), target=other.result())
