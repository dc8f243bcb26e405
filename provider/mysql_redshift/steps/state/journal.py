"""The log of one table on S3, read and extended. Creating an entry with If-None-Match is the commit of stage one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from mysql_redshift.core import codec
from mysql_redshift.core.layout import TableLayout
from mysql_redshift.core.log import VERSION, LogEntry
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.errors import Conflict, StateError
from mysql_redshift.ports import ObjectStore


class Journal:
    """The log of one table. Nothing is cached: each call queries S3."""

    def __init__(self, store: ObjectStore, layout: TableLayout) -> None:
        self._store = store
        self._layout = layout

    @classmethod
    def of(cls, spec: TableSpec, store: ObjectStore) -> Self:
        """Return the log of a table."""
        return cls(store, TableLayout.of(spec))

    @property
    def uri(self) -> str:
        """The log's address: ``s3://bucket/root`` of the table."""
        return self._store.uri(self._layout.root)

    def head(self, *, hint: int = 0) -> LogEntry | None:
        """Return the last entry; None if the log is empty.

        ``hint`` is a sequence that probably exists; the listing starts there. A wrong hint costs one full listing and
        changes no result.

        Raises:
            StateError: an entry is missing between two others, or an unexpected object is under the log prefix.

        """
        sequence = self._last_sequence(hint) if hint > 0 else None
        if sequence is None:
            sequence = self._last_sequence(0)
        return self.read(sequence) if sequence else None

    def read(self, sequence: int) -> LogEntry:
        """Return one entry; raises StateError if it is missing or unreadable."""
        entry = self.find(sequence)
        if entry is None:
            raise self._missing(sequence)
        return entry

    def find(self, sequence: int) -> LogEntry | None:
        """Return one entry; None only if S3 answers that it does not exist."""
        key = self._layout.entry(sequence)
        stored = self._store.get(key)
        if stored is None:
            return None
        entry = codec.from_json(LogEntry, stored.body, where=self._store.uri(key), version=VERSION)
        if entry.sequence != sequence:
            raise StateError(
                "A log entry is stored under another sequence's key",
                where=self._store.uri(key),
                expected=f"sequence {sequence}",
                found=f"sequence {entry.sequence}",
                remedy="Restore the object from the bucket's versions.",
            )
        own = TableLayout.of(entry.spec)
        if own.table != self._layout.table:
            raise StateError(
                "This log holds an entry of another table",
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
        """Create the entry at its sequence. Idempotent: if the same run created it before, that entry is returned.

        Raises:
            Conflict: another run, which is named, took the sequence. Nothing was written.

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
            remedy="Nothing was lost. If the rows are still needed, start the run again: it continues from there.",
        )

    def _last_sequence(self, hint: int) -> int | None:
        """Return the last sequence at or above ``hint``; None if the hint itself does not exist."""
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
            "A log entry is missing",
            where=self._store.uri(self._layout.entry(sequence)),
            expected=f"sequence {sequence}",
            found="no such object",
            remedy="Restore it from the bucket's versions. No cleanup of the provider deletes log entries.",
        )
