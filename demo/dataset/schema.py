"""Definitions of tables: columns with the SQL that generates their values, a key, a cursor and a size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DATABASE = "settlement"


class Kind(StrEnum):
    """How a column's values are converted to text that is identical at source and target."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOATING = "floating"  # the values have at most ten decimal places, so a DECIMAL represents them exactly
    TEXT = "text"
    DATE = "date"
    MOMENT = "moment"  # DATETIME and TIMESTAMP
    TIME = "time"
    BIT = "bit"  # BIT(1), a BOOLEAN in Redshift
    BITS = "bits"  # BIT(n), a number in Redshift
    BYTES = "bytes"
    JSON = "json"  # written as MySQL prints it: keys by length, then by bytes; no string contains ", " or ": "


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column; ``value`` is a SQL expression over ``n``, the number of the row from 1."""

    name: str
    kind: Kind
    ddl: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table with ``rows`` rows; without a cursor every run replaces it."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cursor: str | None
    rows: int

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns of the primary key in its order."""
        return tuple(self.column(name) for name in self.key)

    def column(self, name: str) -> Column:
        """Return the column with this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The number of rows per table, and of rows that share one timestamp."""

    merchants: int
    customers: int
    orders: int
    order_items: int
    payments: int
    ledger_entries: int
    event_log: int
    settlement_days: int
    ties: int

    @classmethod
    def at(cls, scale: float) -> Sizes:
        """Return the sizes at ``scale``: 1 gives more than a million rows. No table is empty."""
        if scale <= 0:
            raise ValueError(f"The scale must be above 0, found {scale}.")
        return cls(
            merchants=max(60, round(2_000 * scale)),
            customers=max(100, round(60_000 * scale)),
            orders=max(500, round(320_000 * scale)),
            order_items=max(500, round(260_000 * scale)),
            payments=max(200, round(150_000 * scale)),
            ledger_entries=max(200, round(120_000 * scale)),
            event_log=max(200, round(120_000 * scale)),
            settlement_days=max(2, round(48 * scale)),
            ties=max(100, round(5_000 * scale)),
        )
