"""The result of a demo, as a table on the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from demo.screen import Screen

HEAD = ("table", "source rows", "in files", "copied", "target rows", "match", "watermark", "seconds")
NUMBERS = ("source rows", "in files", "copied", "target rows", "seconds")


@dataclass(frozen=True, kw_only=True)
class TableReport:
    """One table after one run. ``source_rows`` and ``target_rows`` count the whole table, the others this run."""

    table: str
    source_rows: int
    target_rows: int
    file_rows: int
    copied_rows: int
    distinct_keys_equal: bool
    checksums_equal: bool
    watermark: str
    seconds: float
    extract_chunks: int


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """One run of the pipeline."""

    name: str
    seconds: float
    verify_seconds: float
    tables: tuple[TableReport, ...]
    problems: tuple[str, ...]


@dataclass(kw_only=True)
class Report:
    """The whole demo; ``ok`` only if every run finished and no difference was found."""

    scale: float
    source: str = ""
    finished: bool = False
    seconds: float = 0.0
    runs: list[RunReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the demo finished without a problem."""
        return self.finished and not self.problems and not any(run.problems for run in self.runs)

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(json.dumps({"ok": self.ok, **asdict(self)}, indent=2, ensure_ascii=False) + "\n")


def show(screen: Screen, run: RunReport) -> None:
    """Print one run as a table."""
    rows = [
        (
            table.table,
            f"{table.source_rows:,}",
            f"{table.file_rows:,}",
            f"{table.copied_rows:,}",
            f"{table.target_rows:,}",
            "yes" if table.checksums_equal and table.distinct_keys_equal else "NO",
            table.watermark,
            f"{table.seconds:.1f}",
        )
        for table in run.tables
    ]
    screen.table(run.name, HEAD, [*rows, _total(run.tables)], numbers=NUMBERS)


def _total(tables: Sequence[TableReport]) -> tuple[str, ...]:
    sums = (
        sum(values)
        for values in zip(*((t.source_rows, t.file_rows, t.copied_rows, t.target_rows) for t in tables), strict=True)
    )
    return ("total", *(f"{value:,}" for value in sums), "", "", "")
