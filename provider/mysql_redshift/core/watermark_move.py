"""A change of a table's watermark by hand: what it does, and when it is refused. The rules are those of ``since``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mysql_redshift.core.accounted import Ranges, gaps
from mysql_redshift.core.beyond_clock import bounded_text
from mysql_redshift.core.cursor import Cursor
from mysql_redshift.core.log import EntryKind, LogEntry
from mysql_redshift.core.position import Position, PositionKind, format_time
from mysql_redshift.core.spec import TableSpec
from mysql_redshift.core.window_decision import leaves_gap
from mysql_redshift.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class RowsBetween:
    """How many source rows a change skips or reads again, counted up to COUNTED + 1; None: unknown, as ``why`` says."""

    count: int | None = None
    why: str = ""

    def __str__(self) -> str:
        return f"not counted ({self.why})" if self.count is None else f"{bounded_text(self.count)} at the source"


@dataclass(frozen=True, kw_only=True)
class WatermarkMove:
    """One change by hand, not written yet: ``kind`` is set or reset, and ``head`` the log head that it starts from."""

    spec: TableSpec
    kind: EntryKind
    head: LogEntry | None
    position_to: Position | None
    cursor: Cursor | None
    rows_between: RowsBetween

    @property
    def position_from(self) -> Position | None:
        """The position at the log head."""
        return self.head.position_to if self.head is not None else None

    @property
    def accounted(self) -> Ranges:
        """The rows that were read before, by ranges of the cursor."""
        return self.head.accounted_by(self.cursor) if self.head is not None else ()

    @property
    def leaves_gap(self) -> bool:
        """Whether rows above the position would never be read."""
        return self.position_to is not None and leaves_gap(self.accounted, self.position_from, self.position_to)

    @property
    def left_out(self) -> Ranges:
        """The rows above the position that no run has read and none will read."""
        if not self.leaves_gap:
            return ()
        here = self.position_from
        found = gaps(self.accounted, self.position_to)
        if here is None:
            return found
        above = [gap for gap in found if gap.upper.order() > here.order()]
        return tuple(replace(gap, lower=max(gap.lower or here, here, key=Position.order)) for gap in above)

    def preview(self) -> str:
        """Return what the change does, in lines for the operator."""
        rows = [("from", self._text(self.position_from)), ("to", self._text(self.position_to))]
        rows += [
            ("rows left out" if self.leaves_gap else "rows between", str(self.rows_between)),
            ("effect", self._effect()),
        ]
        return "\n".join(
            [f"{self.spec.name}: {self.kind} the watermark", *(f"  {name}: {text}" for name, text in rows)]
        )

    def recorded_reason(self, reason: str) -> str:
        """Return the operator's reason with the rows that are left out on purpose, for the log."""
        if not self.leaves_gap:
            return reason
        gap = f"gap allowed: the rows {self._left_out_text()} are left out; {self.rows_between}"
        return f"{reason}; {gap}" if reason else gap

    def require_no_gap(self) -> None:
        """Refuse a change that leaves out rows.

        Raises:
            ConfigurationError: it moves the position forward; both positions and the number of rows are named.

        """
        if self.leaves_gap:
            here = self.position_from
            raise ConfigurationError(
                "The new watermark is above the current one: the rows between them would never be read",
                where=self.spec.name,
                expected=f"at or below {self._text(here)}"
                if here is not None
                else "none yet: the next run reads every row",
                found=f"{self._text(self.position_to)}; never read: rows {self._left_out_text()}, {self.rows_between}",
                remedy="Run a sync to read these rows, or add --allow-gap to leave them out on purpose.",
            )

    def _left_out_text(self) -> str:
        return ", ".join(map(str, self.left_out))

    def _effect(self) -> str:
        if self.position_to is None:
            return "the next run reads every row and replaces the target's rows; nothing is deleted before"
        if self.leaves_gap:
            return f"no run reads the rows {self._left_out_text()}, and the checks leave them out (--allow-gap)"
        if self.position_to == self.position_from:
            return "none: this is the current watermark"
        if self.position_from is None or self.position_to.order() > self.position_from.order():
            return "the next run continues above these rows, which were read before"
        return "the next run reads these rows again and replaces them in the target"

    def _text(self, position: Position | None) -> str:
        if position is None:
            return "none"
        if position.kind is PositionKind.ID and position.key is None:
            return f"{position} (ids up to {position.value - 1} are done)"
        return f"{position}{self.cursor.local_text(position.value) if self.cursor is not None else ''}"


def refuse_future(spec: TableSpec, cursor: Cursor, wanted: Position, now: int) -> None:
    """Refuse a time above the source's clock ``now``, in microseconds since 1970: every later run would fail.

    Raises:
        ConfigurationError: with both times, also in the cursor's zone.

    """
    if wanted.value > now:
        raise ConfigurationError(
            "The new watermark is in the future of the source's clock, so every later run would fail",
            where=f"{spec.name}, cursor {cursor}",
            expected=f"at most {format_time(now)}{cursor.local_text(now)}",
            found=f"{wanted}{cursor.local_text(wanted.value)}",
            remedy="Give an earlier time. Without an offset it is read as UTC.",
        )


def refuse_above_maximum(spec: TableSpec, cursor: Cursor, last_done: int, maximum: int | None) -> None:
    """Refuse an id above the highest one: rows that are inserted below it would never be read.

    Raises:
        ConfigurationError: with the highest id.

    """
    if maximum is not None and last_done <= maximum:
        return
    command = f"airflow mysql-redshift watermark {{}} --pipeline {spec.pipeline} --table {spec.source.table}"
    raise ConfigurationError(
        "The new watermark is above the highest id: rows that are inserted below it would never be read",
        where=f"{spec.name}, cursor {cursor}",
        expected="an id of a row" if maximum is None else f"at most {maximum}, as MAX({cursor.column})",
        found=f"{last_done}; the table is empty" if maximum is None else last_done,
        remedy=f"Start at the oldest row: {command.format('reset')}"
        if maximum is None
        else f"Leave out every row so far: {command.format('set')} --id {maximum}",
    )
