"""Statements over the ledger table."""

from __future__ import annotations

from mysql_redshift.core import quoting
from mysql_redshift.core.ledger import COLUMNS, HEAD_COLUMNS, LedgerRow, table_name
from mysql_redshift.core.spec import TargetRef


def table(ref: TargetRef) -> str:
    """Return the quoted ledger table."""
    return quoting.redshift_name(ref.ledger_schema, table_name(ref))


def create(ref: TargetRef) -> str:
    """Create the ledger unless it exists."""
    columns = ", ".join(f"{quoting.redshift_name(name)} {kind}" for name, kind in COLUMNS)
    return f"CREATE TABLE IF NOT EXISTS {table(ref)} ({columns})"


def lock(ref: TargetRef) -> str:
    """Exclude other loads. Must be the transaction's first statement; readers of the target are not blocked."""
    return f"LOCK {table(ref)}"


def select_head(ref: TargetRef) -> str:
    """Select HEAD_COLUMNS of the last row."""
    names = ", ".join(map(quoting.redshift_name, HEAD_COLUMNS))
    return f"SELECT {names} FROM {table(ref)} ORDER BY sequence DESC LIMIT 1"


def select_rows(ref: TargetRef, *, after: int, limit: int) -> str:
    """Select (sequence, rows_copied, rows_superseded) of the rows above ``after``, in order."""
    return (
        f"SELECT sequence, rows_copied, rows_superseded FROM {table(ref)} WHERE sequence > {quoting.integer(after)} "
        f"ORDER BY sequence LIMIT {quoting.integer(limit)}"
    )


def select_load(ref: TargetRef, load_id: str) -> str:
    """Select (sequence, rows_copied, rows_inserted, rows_replaced) of the rows that one load wrote, in order."""
    return (
        f"SELECT sequence, rows_copied, rows_inserted, rows_replaced FROM {table(ref)} "
        f"WHERE load_id = {quoting.redshift_string(load_id)} ORDER BY sequence"
    )


def insert(ref: TargetRef, row: LedgerRow) -> str:
    """Insert one row; ``loaded_at`` is Redshift's time."""
    values = [_literal(getattr(row, name)) for name, _ in COLUMNS[:-1]]
    names = ", ".join(quoting.redshift_name(name) for name, _ in COLUMNS)
    return f"INSERT INTO {table(ref)} ({names}) VALUES ({', '.join(values)}, GETDATE())"


def _literal(value: int | str | None) -> str:
    if value is None:
        return "NULL"
    return quoting.integer(value) if isinstance(value, int) else quoting.redshift_string(value)
