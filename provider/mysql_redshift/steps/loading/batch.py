"""Which log entries one transaction applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from mysql_redshift.core.log import LogEntry, LogFile
from mysql_redshift.steps.state.journal import Journal

MOST_ENTRIES = 200  # in one transaction, where none of them is full


def next_batch(journal: Journal, *, after: int, through: int) -> list[LogEntry]:
    """Return the next entries, at most 200; but where a full entry lies ahead, all that it makes superfluous with it.

    Those are not copied, so of them only their counts are kept: a target that is being rebuilt never holds half of
    the old and nothing of the new.
    """
    pending = journal.after(after, through=through)
    first = list(islice(pending, MOST_ENTRIES))
    full = max((entry.sequence for entry in pending if entry.full), default=0)
    if not full:
        return first
    return [*_counts_only(first), *map(_slim, journal.after(first[-1].sequence, through=full - 1)), journal.read(full)]


def _counts_only(entries: Sequence[LogEntry]) -> list[LogEntry]:
    return [_slim(entry) for entry in entries]


def _slim(entry: LogEntry) -> LogEntry:
    """Drop what a superfluous entry needs no more: of its files only the sum of their rows counts."""
    files = (LogFile(key="", size=0, rows=entry.rows, etag=""),) if entry.files else ()
    return replace(entry, files=files, schema=None, observation=None, policy_counts={}, full=False)
