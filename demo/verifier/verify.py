"""Compare every table at source and target; the servers work concurrently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from demo.dataset import Table
from demo.verifier.facts import Comparison, TableFacts
from demo.verifier.source import SourceReader
from demo.verifier.target import TargetReader


def verify(source: SourceReader, targets: Sequence[TargetReader], tables: tuple[Table, ...]) -> Iterator[Comparison]:
    """Yield each table's comparison once both servers have answered; each of ``targets`` handles a table at a time."""
    idle: SimpleQueue[TargetReader] = SimpleQueue()
    for target in targets:
        idle.put(target)

    def in_target(table: Table) -> TableFacts | None:
        reader = idle.get()
        try:
            return reader.facts(table, md5=source.md5)
        finally:
            idle.put(reader)

    with ThreadPoolExecutor(1, "at the source") as first, ThreadPoolExecutor(len(targets), "in the target") as others:
        at_source = [first.submit(source.facts, table) for table in tables]
        found = [others.submit(in_target, table) for table in tables]
        for one, other in zip(at_source, found, strict=True):
            yield Comparison(source=one.result(), target=other.result())
