"""Reads and extends the log of one table on S3. Creating an entry under If-None-Match is the commit of stage one."""

from __future__ import annotations

from collections.abc import Iterator

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import VERSION, LogEntry
from mysql_redshift.errors import Conflict, StateError
from mysql_redshift.ports import ObjectStore


class Journal:
    """The log of one table. Nothing is cached here: each call asks S3."""

    def __init__(self, store: ObjectStore, layout: TableLayout) -> None:
        self._store = store
        self._layout = layout

    def head(self, *, hint: int = 0) -> LogEntry | None:
        """Return the last entry; None where the log is empty.

        ``hint`` is a sequence that probably exists: the listing starts there. A hint that proves false costs one whole
        listing and decides nothing.

        Raises:
            StateError: an entry is missing between two others, or a foreign object lies in the log.

        """
        sequence = self._last_sequence(hint) if hint > 0 else None
        if sequence is None:
            sequence = self._last_sequence(0)
        return self.read(sequence) if sequence else None

    def read(self, sequence: int) -> LogEntry:
        """Return one entry; raises StateError where it is missing or unreadable."""
        entry = self.find(sequence)
        if entry is None:
            raise self._missing(sequence)
        return entry

    def find(self, sequence: int) -> LogEntry | None:
        """Return one entry, or None where S3 says that it does not exist."""
        key = self._layout.entry(sequence)
        stored = self._store.get(key)
        if stored is None:
            return None
        entry = codec.from_json(LogEntry, stored.body, where=self._store.uri(key), version=VERSION)
        if entry.sequence != sequence:
            raise StateError(
                "A log entry lies under another's key",
                where=self._store.uri(key),
                expected=f"sequence {sequence}",
                found=f"sequence {entry.sequence}",
                remedy="Restore the object from the bucket's versions.",
            )
        own = TableLayout.of(entry.spec)
        if own.table != self._layout.table:
            raise StateError(
                "A log entry of another table lies in this log",
                where=self._store.uri(key),
                expected=self._layout.table,
                found=own.table,
                remedy="Restore the object from the bucket's versions.",
            )
        return entry

    def after(self, sequence: int, *, through: int) -> Iterator[LogEntry]:
        """Yield the entries above ``sequence`` up to and including ``through``, in order."""
        for number in range(sequence + 1, through + 1):
            yield self.read(number)

    def append(self, entry: LogEntry) -> LogEntry:
        """Create the entry at its sequence, once. An entry of the same run that is there already is returned.

        Raises:
            Conflict: another run took the sequence; it is named. Nothing was written.

        """
        key = self._layout.entry(entry.sequence)
        if self._store.put_new(key, codec.to_json(entry)):
            return entry
        winner = self.read(entry.sequence)
        if winner.run_key == entry.run_key:
            return winner
        raise Conflict(
            "Another run published first; this run's files are not used",
            where=f"{entry.spec.name}, {self._store.uri(key)}",
            expected=f"sequence {entry.sequence} free, as when this run was planned",
            found=f"taken by run {winner.run_key} ({winner.kind}, {winner.actor or 'unknown actor'}, {winner.run_id})",
            remedy="Nothing was lost. Start the run again if its rows are still wanted: it will go on from there.",
        )

    def _last_sequence(self, hint: int) -> int | None:
        """Walk the listing from ``hint`` on; None where the hint itself does not exist."""
        expected, last = max(hint, 1), 0
        start = self._layout.entry(hint - 1) if hint > 0 else ""
        for info in self._store.list(self._layout.log, start_after=start):
            sequence = self._layout.sequence_of(info.key)
            if sequence != expected:
                if expected == hint:
                    return None
                raise self._missing(expected)
            expected, last = sequence + 1, sequence
        return last or (None if hint > 0 else 0)

    def _missing(self, sequence: int) -> StateError:
        return StateError(
            "A log entry is missing; nothing is assumed in its place",
            where=self._store.uri(self._layout.entry(sequence)),
            expected=f"sequence {sequence}",
            found="no such object",
            remedy="Restore it from the bucket's versions. The log is never cleaned.",
        )
