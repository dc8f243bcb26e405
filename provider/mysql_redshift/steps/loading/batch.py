"""Which log entries one transaction applies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from mysql_redshift.core.log import LogEntry, LogFile
from mysql_redshift.steps.state.journal import Journal

MOST_ENTRIES = 200  # per transaction, unless one of them is full


def next_batch(journal: Journal, *, after: int, through: int) -> list[LogEntry]:
    """Return the next entries, at most 200; if a full entry is pending, all entries up to it.

    Entries before a full one are not copied, so only their counts are kept in memory. They are in its transaction, so
    a target that is being rebuilt never holds half of the old rows and none of the new ones.
    """
    pending = journal.after(after, through=through)
    first = list(islice(pending, MOST_ENTRIES))
    full = max((entry.sequence for entry in pending if entry.full), default=0)
    if not full:
        return first
    superseded = [*first, *map(_counts_only, journal.after(first[-1].sequence, through=full - 1))]
    return [*map(_counts_only, superseded), journal.read(full)]


def entries_through(entries: Iterable[LogEntry], sequence: int) -> list[LogEntry]:
    """Return the entries up to and including ``sequence``."""
    return [entry for entry in entries if entry.sequence <= sequence]


def _counts_only(entry: LogEntry) -> LogEntry:
    """Drop what a superseded entry no longer needs; of its files only the number of rows counts."""
    files = (LogFile(key="", size=0, rows=entry.rows, etag=""),) if entry.files else ()
    return replace(entry, files=files, schema=None, observation=None, policy_counts={}, full=False)
