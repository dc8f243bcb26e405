"""The log records of a run: what each step decided or counted, as one multi-line text that starts with the table.

Operators log them, the command line prints them, so both report the same facts in the same words. Counts carry
thousands separators here, sequences do not; XCom values stay numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mysql_redshift.core.chunk import Chunk
from mysql_redshift.core.log import LogEntry
from mysql_redshift.core.plan import Plan, Receipt
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.types.policy import policy_notes

if TYPE_CHECKING:
    from mysql_redshift.steps.load import LoadReport
    from mysql_redshift.steps.verification.report import VerifyReport


def planned(plan: Plan) -> str:
    """Return the run, its window, the safe point with its reason, the chunks, and one line per note."""
    dry_run = ", dry run" if plan.request.dry_run else ""
    lines = [
        f"run: {plan.run_key}, log sequence {plan.sequence}, mode {plan.request.mode.value}{dry_run}",
        f"window: {window_text(plan)}",
        f"safe point: {plan.safe_point_reason}" if plan.safe_point_reason else "",
        f"position: {_move(plan)}",
        f"chunks: {len(plan.chunks):,}" + (f", load: {plan.load.value}" if plan.chunks else ""),
    ]
    return _record(f"{plan.spec.name}: planned", [*lines, *(f"note: {note}" for note in plan.notes)])


def extracted(plan: Plan, chunk: Chunk, receipt: Receipt) -> str:
    """Return what one chunk's extraction counted, and what the type policies were applied to."""
    size = sum(file.size for file in receipt.files)
    lines = [
        f"rows: {receipt.rows:,} counted, read and written",
        f"files: {len(receipt.files):,}, {size:,} bytes",
        f"time: {receipt.seconds:,.1f} s, peak memory {receipt.peak_memory // 1_000_000:,} MB",
    ]
    heading = f"{plan.spec.name}: {chunk} extracted, {chunk.index + 1:,} of {len(plan.work):,}"
    return _record(heading, [*lines, *policy_notes(receipt.policy_counts)])


def published(plan: Plan, entry: LogEntry | None) -> str:
    """Return the log entry, its rows and files, how the position moved, and what the type policies were applied to."""
    if entry is None:
        return f"{plan.spec.name}: nothing to publish, the run is a dry run or of mode redshift-only"
    lines = [f"rows: {entry.rows:,} in {len(entry.files):,} files", f"position: {_move(entry)}"]
    heading = f"{entry.spec.name}: log entry {entry.sequence} ({entry.kind.value}) published"
    return _record(heading, [*lines, *policy_notes(entry.policy_counts)])


def loaded(spec: TableSpec, report: LoadReport) -> str:
    """Return one line per applied log entry, and the heads of ledger and log."""
    heads = f"ledger head: {report.ledger_head}, log head: {report.log_head}"
    if report.redshift_skipped:
        return _record(f"{spec.route}: no rows to load, Redshift was not queried", [heads])
    if not report.applied:
        return _record(f"{spec.route}: nothing pending", [heads])
    heading = f"{spec.route}: {len(report.applied):,} log entries loaded, {report.rows_copied:,} rows copied"
    lines = [
        f"log entry {entry.sequence}: {entry.rows_copied:,} rows copied, {entry.rows_inserted:,} inserted, "
        f"{entry.rows_replaced:,} replaced, {entry.rows_superseded:,} superseded"
        + (f", {entry.rows_deleted:,} deleted" if entry.rows_deleted else "")
        for entry in report.applied
    ]
    return _record(heading, [*lines, heads])


def verified(spec: TableSpec, report: VerifyReport) -> str:
    """Return one line per check with both counts, and the position that is verified."""
    through = f"verified through: {report.position or 'none'}"
    if report.redshift_skipped:
        heading = f"{spec.route}: not checked since {report.checked_at}: nothing to load, and Redshift may sleep"
        return _record(heading, [through])
    if report.unchanged:
        heading = f"{spec.route}: the target is the one that was loaded; nothing was loaded since {report.checked_at}"
        return _record(heading, [through])
    if not report.results:
        return f"{spec.route}: no log entry yet, nothing to verify"
    lines = [
        f"{result.check.value}: expected {result.expected}, found {result.found}"
        + (f" ({result.note})" if result.note else "")
        for result in report.results
    ]
    rows = f"rows in the target: {report.rows:,}" if report.rows is not None else ""
    heading = f"verified, {len(report.results)} checks passed" if report.looked else "nothing was compared"
    return _record(f"{spec.route}: {heading}", [*lines, rows, through])


def window_text(plan: Plan) -> str:
    """Return the window that a plan reads."""
    if plan.window is not None:
        return str(plan.window)
    return "all rows" if plan.full else "nothing new"


def _move(run: Plan | LogEntry) -> str:
    return f"{run.position_from or 'none'} -> {run.position_to or 'none'}"


def _record(heading: str, lines: Iterable[str]) -> str:
    return "\n".join([heading, *(f"  {line}" for line in lines if line)])
