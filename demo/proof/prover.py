"""Verify one run: compare log, files, COPY, source and target, and list every difference."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.airflow import DagRun
from demo.dataset import Table
from demo.pipeline.runs import TableRun, overlapping
from demo.proof.lake import Lake
from demo.proof.ledger import copied_rows
from demo.proof.report import RunReport, TableReport
from demo.screen import Screen
from demo.verifier import Comparison, SourceReader, TargetReader, verify


@dataclass(kw_only=True)
class Prover:
    """Compare source and target after each run; keeps each table's last log sequence between runs."""

    lake: Lake
    tables: tuple[Table, ...]
    screen: Screen

    def __post_init__(self) -> None:
        self._heads = {table.name: 0 for table in self.tables}
        self._watermarks = dict.fromkeys(self._heads, "")

    def prove(
        self,
        name: str,
        run: DagRun,
        table_runs: list[TableRun],
        expected: Mapping[str, int],
        source: SourceReader,
        targets: Sequence[TargetReader],
        *,
        chunked: str | None = None,
    ) -> RunReport:
        """Verify every table; ``expected`` is the number of rows per table that this run must have loaded.

        ``targets`` are used concurrently. ``chunked`` names a table that must have been read in several chunks at the
        same time.
        """
        started = time.monotonic()
        runs = {table_run.table: table_run for table_run in table_runs}
        reports: list[TableReport] = []
        problems: list[str] = []
        for comparison in verify(source, targets, self.tables):
            report = self._table(comparison, runs[comparison.table], targets[0])
            found = [*comparison.differences, *_miscounts(report, expected[report.table])]
            if report.table == chunked and not overlapping(runs[chunked].extracts):
                found.append(f"{chunked}: {report.extract_chunks} chunks, none extracted concurrently")
            reports.append(report)
            problems += found
            self.screen.say(f"  {report.table:<17}{_verdict(report, found)}", "red" if found else "")
        return RunReport(
            name=name,
            seconds=round(run.seconds, 1),
            verify_seconds=round(time.monotonic() - started, 1),
            tables=tuple(reports),
            problems=tuple(problems),
        )

    def _table(self, comparison: Comparison, table_run: TableRun, target: TargetReader) -> TableReport:
        name = comparison.table
        entries = self.lake.entries(name, after=self._heads[name])
        self._heads[name] += len(entries)
        if entries:
            self._watermarks[name] = entries[-1].watermark
        loaded = [entry.sequence for entry in entries if entry.files]
        return TableReport(
            table=name,
            source_rows=comparison.source.rows,
            target_rows=comparison.target_rows,
            file_rows=sum(map(self.lake.footer_rows, entries)),
            copied_rows=copied_rows(target, name, loaded),
            distinct_keys_equal=comparison.distinct_keys_equal,
            checksums_equal=comparison.checksums_equal,
            watermark=self._watermarks[name],
            seconds=round(table_run.run.seconds, 1),
            extract_chunks=len(table_run.extracts),
        )


def _miscounts(report: TableReport, expected: int) -> list[str]:
    """Return a message per count, of files and of COPY, that differs from the rows that this run must load."""
    found = {"in files": report.file_rows, "copied": report.copied_rows}
    return [
        f"{report.table}: {rows} rows {where}, expected {expected}" for where, rows in found.items() if rows != expected
    ]


def _verdict(report: TableReport, problems: list[str]) -> str:
    if problems:
        return "; ".join(problem.removeprefix(f"{report.table}: ") for problem in problems)
    return f"{report.source_rows:,} rows: row count, keys and the checksum of every column match"
