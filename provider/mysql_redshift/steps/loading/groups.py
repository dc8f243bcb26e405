"""Which log entries share one staging table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.spec import LoadMode
from mysql_redshift.core.types.column import Column, TableSchema
from mysql_redshift.errors import StateError, TargetError


@dataclass(frozen=True, kw_only=True)
class EntryGroup:
    """Consecutive entries that are applied together.

    MERGE: entries that share one staging table; the later sequence wins. APPEND: one entry with files. REPLACE: one
    full entry, which supersedes every entry before it. None: entries without files or, with ``reconcile``, one key
    file.
    """

    mode: LoadMode | None
    entries: tuple[LogEntry, ...]
    reconcile: bool = False

    @property
    def last(self) -> LogEntry:
        """The entry with the highest sequence."""
        return self.entries[-1]

    @property
    def schema(self) -> TableSchema:
        """The columns of the last entry in their order, then those that only earlier entries have.

        Raises:
            TargetError: two entries hold one column in different types.

        """
        columns = {column.target: column for column in schema_of(self.last).columns}
        for entry in self.entries:
            for column in schema_of(entry).columns if entry.files else ():
                known = columns.setdefault(column.target, column)
                if known.staging_type != column.staging_type:
                    raise _type_conflict(entry, known, column)
        return replace(schema_of(self.last), columns=tuple(columns.values()))


def group_entries(entries: Sequence[LogEntry]) -> list[EntryGroup]:
    """Group the entries in order; entries before the last full entry are not copied at all."""
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


def schema_of(entry: LogEntry) -> TableSchema:
    """Return the columns of an entry's files; raises StateError if the entry has none."""
    if entry.schema is None:
        raise StateError("A log entry with files has no schema", where=f"{entry.spec.name}, log entry {entry.sequence}")
    return entry.schema


def _joins(groups: Sequence[EntryGroup], entry: LogEntry, mode: LoadMode | None) -> bool:
    """Return whether the entry joins the last group; a column in two types needs two staging tables."""
    if not groups or groups[-1].reconcile or groups[-1].mode is not mode or mode not in (LoadMode.MERGE, None):
        return False
    known = {name: kind for other in groups[-1].entries for name, kind in _staging_types(other).items()}
    return all(known.get(name, kind) == kind for name, kind in _staging_types(entry).items())


def _staging_types(entry: LogEntry) -> dict[str, str]:
    if entry.schema is None or not entry.files:
        return {}
    return {column.target: column.staging_type for column in entry.schema.columns}


def _mode(entry: LogEntry) -> LoadMode | None:
    if entry.full:
        return LoadMode.REPLACE
    return entry.load if entry.files else None


def _type_conflict(entry: LogEntry, known: Column, column: Column) -> TargetError:
    return TargetError(
        "A column's type changed between two entries that are both pending",
        where=f"{entry.spec.name}, column {column.name}, log entry {entry.sequence}",
        expected=known.staging_type,
        found=column.staging_type,
        remedy="Run with full_refresh: true: it supersedes the older files.",
    )
