"""Counts and checksums of a table at source and target, and their differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from demo.dataset import Table


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """The number of values of a column that are not NULL, and the checksum of all values including NULLs."""

    name: str
    values: int
    checksum: int


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """Counts and checksums of one table on one server."""

    table: str
    rows: int
    distinct_keys: int
    columns: tuple[ColumnFacts, ...]

    @classmethod
    def of(cls, table: Table, row: Sequence[int | Decimal | None]) -> TableFacts:
        """Parse the result of a ``facts_query``."""
        rows, keys, *rest = (int(cell or 0) for cell in row)
        pairs = zip(table.columns, rest[::2], rest[1::2], strict=True)
        columns = tuple(ColumnFacts(name=c.name, values=values, checksum=checksum) for c, values, checksum in pairs)
        return cls(table=table.name, rows=rows, distinct_keys=keys, columns=columns)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One table at source and target; ``target`` is None if the table does not exist there."""

    source: TableFacts
    target: TableFacts | None

    @property
    def table(self) -> str:
        """The table's name."""
        return self.source.table

    @property
    def target_rows(self) -> int:
        """Rows in the target, 0 if the table does not exist."""
        return self.target.rows if self.target else 0

    @property
    def distinct_keys_equal(self) -> bool:
        """Whether source and target have equally many keys, and the target no duplicate key."""
        return self.target is not None and self.source.distinct_keys == self.target.distinct_keys == self.target.rows

    @property
    def checksums_equal(self) -> bool:
        """Whether the values of every column are identical at source and target, row by row."""
        return self.target is not None and self.source.columns == self.target.columns

    @property
    def equal(self) -> bool:
        """Whether there is no difference."""
        return not self.differences

    @property
    def differences(self) -> tuple[str, ...]:
        """A message per difference."""
        if self.target is None:
            return (f"{self.table}: the table does not exist in the target",)
        found = []
        if self.source.rows != self.target.rows:
            found.append(f"{self.table}: {self.source.rows} rows at the source, {self.target.rows} in the target")
        if not self.distinct_keys_equal:
            found.append(
                f"{self.table}: {self.source.distinct_keys} keys at the source,"
                f" {self.target.distinct_keys} keys in {self.target.rows} rows of the target"
            )
        names = [s.name for s, t in zip(self.source.columns, self.target.columns, strict=True) if s != t]
        if names:
            found.append(f"{self.table}: values differ in {', '.join(names)}")
        return tuple(found)
