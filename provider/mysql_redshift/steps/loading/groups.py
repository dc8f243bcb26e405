"""Which log entries go through one staging, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.spec import LoadMode


@dataclass(frozen=True, kw_only=True)
class AppliedEntry:
    """One log entry in the target. ``rows_replaced`` and ``rows_superseded`` of a group stand at its last entry.

    Over a load, copied = inserted + replaced + superseded. An entry that a later full entry made superfluous was not
    copied: all its rows are superseded.
    """

    sequence: int
    rows_copied: int = 0
    rows_inserted: int = 0
    rows_replaced: int = 0
    rows_superseded: int = 0
    rows_deleted: int = 0
    position: str = ""
    max_cursor: int | None = None


@dataclass(frozen=True, kw_only=True)
class EntryGroup:
    """Consecutive entries of one treatment.

    MERGE: through one staging, the later sequence wins. APPEND: one entry with files. REPLACE: one full entry, which
    makes every entry before it superfluous. None: entries without files; or, with ``reconcile``, one key file.
    """

    mode: LoadMode | None
    entries: tuple[LogEntry, ...]
    reconcile: bool = False


def group_entries(entries: Sequence[LogEntry]) -> list[EntryGroup]:
    """Group the entries in their order; what comes before the last full entry is not copied at all."""
    last_full = max((i for i, entry in enumerate(entries) if entry.full), default=-1)
    groups = [EntryGroup(mode=None, entries=tuple(entries[:last_full]))] if last_full > 0 else []
    for entry in entries[max(last_full, 0) :]:
        mode = _mode(entry)
        if entry.kind is EntryKind.RECONCILE:
            groups.append(EntryGroup(mode=None, entries=(entry,), reconcile=True))
        elif _joins(groups, entry, mode):
            groups[-1] = EntryGroup(mode=mode, entries=(*groups[-1].entries, entry))
        else:
            groups.append(EntryGroup(mode=mode, entries=(entry,)))
    return groups


def _joins(groups: Sequence[EntryGroup], entry: LogEntry, mode: LoadMode | None) -> bool:
    """Whether an entry goes on where the last group is; entries of one column in two types need a staging each."""
    if not groups or groups[-1].reconcile or groups[-1].mode is not mode or mode not in (LoadMode.MERGE, None):
        return False
    known = {name: kind for other in groups[-1].entries for name, kind in _staged(other).items()}
    return all(known.get(name, kind) == kind for name, kind in _staged(entry).items())


def _staged(entry: LogEntry) -> dict[str, str]:
    if entry.schema is None or not entry.files:
        return {}
    return {column.target: column.staging_type for column in entry.schema.columns}


def _mode(entry: LogEntry) -> LoadMode | None:
    if entry.full:
        return LoadMode.REPLACE
    if not entry.files:
        return None
    return entry.load
